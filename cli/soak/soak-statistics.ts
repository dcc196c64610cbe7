/** The straight line through at least three samples, by least squares; null for fewer, or all at one x. */
export function trendOf(samples: readonly (readonly [x: number, y: number])[]) {
  const count = samples.length;
  if (count < 3) return null;
  const meanX = mean(samples.map(([x]) => x));
  const meanY = mean(samples.map(([, y]) => y));
  let sxx = 0;
  let sxy = 0;
  for (const [x, y] of samples) {
    sxx += (x - meanX) ** 2;
    sxy += (x - meanX) * (y - meanY);
  }
  if (sxx === 0) return null;
  const slope = sxy / sxx;
  let residuals = 0;
  for (const [x, y] of samples) residuals += (y - meanY - slope * (x - meanX)) ** 2;
  return {
    /** Units of y per unit of x. */
    slope,
    /** Standard error of the slope; 0 for samples on a line. Neighbouring samples are alike, so in truth it is larger. */
    error: Math.sqrt(residuals / (count - 2) / sxx),
  };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
