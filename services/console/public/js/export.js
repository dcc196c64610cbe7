/** Saves the curve as a picture: the console draws it, the browser alone turns it into pixels. */

async function curveSvg(runId) {
  const theme = document.documentElement.dataset.shown ?? 'light';
  const query = new URLSearchParams({ theme, ...(runId === null ? {} : { run_id: runId }) });
  const response = await fetch(`api/curve.svg?${query.toString()}`, { signal: AbortSignal.timeout(8000) });
  if (!response.ok) throw new Error((await response.json()).error);
  return response.text();
}

function download(href, name) {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}

const named = (runId, extension) => `curve-${runId ?? 'run'}.${extension}`;
const dataUrl = (svg) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

/** Saves the SVG as it is. */
export async function exportSvg(runId) {
  download(dataUrl(await curveSvg(runId)), named(runId, 'svg'));
}

/** Saves it as a PNG of twice the size, for slides. */
export async function exportPng(runId) {
  const picture = document.createElement('img');
  picture.src = dataUrl(await curveSvg(runId));
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.naturalWidth * 2;
  canvas.height = picture.naturalHeight * 2;
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  download(canvas.toDataURL('image/png'), named(runId, 'png'));
}
