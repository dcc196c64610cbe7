/** Saves the curve as a picture: the console draws it, the browser alone turns it into pixels. */

const PATIENCE_MS = 8000;

/** The curve as a data URL. @param {string | null} runId */
async function curveSvg(runId) {
  const theme = document.documentElement.dataset.shown ?? 'light';
  const query = new URLSearchParams({ theme, ...(runId !== null && { run_id: runId }) });
  const response = await fetch(`api/curve.svg?${query.toString()}`, {
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error((await response.json()).error);
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await response.text())}`;
}

/** @param {string} href @param {string | null} runId @param {string} extension */
function download(href, runId, extension) {
  const link = document.createElement('a');
  link.href = href;
  link.download = `curve-${runId ?? 'run'}.${extension}`;
  link.click();
}

/** Saves the SVG as it is. @param {string | null} runId */
export async function exportSvg(runId) {
  download(await curveSvg(runId), runId, 'svg');
}

/** Saves it as a PNG of twice the size, for slides. @param {string | null} runId */
export async function exportPng(runId) {
  const picture = document.createElement('img');
  picture.src = await curveSvg(runId);
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.naturalWidth * 2;
  canvas.height = picture.naturalHeight * 2;
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  download(canvas.toDataURL('image/png'), runId, 'png');
}
