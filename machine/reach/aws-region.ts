import { Mendable } from '../errors';

const DEFAULT_REGION = 'us-east-1';

/** The region of everything on AWS, and who said so. */
export interface ChosenRegion {
  region: string;
  source: string;
}

/**
 * The region: of the stack's config, else of `aws:region`, else of the environment.
 *
 * @throws Mendable when the two keys disagree: one of them was meant for another stack
 */
export function chooseRegion(
  own: string | undefined,
  providers: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ChosenRegion {
  if (own !== undefined && providers !== undefined && own !== providers) {
    throw new Mendable(
      `ecommerce-demo:region = "${own}" and aws:region = "${providers}" disagree, and both mean the host`,
      'Remove one: pulumi config rm region, or pulumi config rm aws:region.',
    );
  }
  if (own !== undefined) return { region: own, source: 'ecommerce-demo:region' };
  if (providers !== undefined) return { region: providers, source: 'aws:region' };
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const region = environment[name];
    if (region !== undefined && region !== '') return { region, source: name };
  }
  return { region: DEFAULT_REGION, source: 'the default; pulumi config set region REGION' };
}
