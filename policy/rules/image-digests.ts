import { containersOf, podSpecOf } from './pods';
import type { Properties } from './properties';

/** Containers whose image is not named by its digest: a tag can be moved, and then nobody knows what runs. */
export function imagesWithoutDigest(type: string, properties: Properties): string[] {
  const podSpec = podSpecOf(type, properties);
  if (podSpec === null) return [];
  return containersOf(podSpec).flatMap(({ name, image }) =>
    typeof image === 'string' && !/@sha256:[0-9a-f]{64}$/.test(image)
      ? [`container ${String(name)}: the image ${image} has no digest: name it as NAME@sha256:…`]
      : [],
  );
}
