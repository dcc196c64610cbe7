/** Web vitals (https://web.dev/articles/vitals) as spans of the page's trace, each as long as what it measures. */

import { onCLS, onINP, onLCP, onTTFB } from 'web-vitals';

/** @import { Context, Tracer } from '@opentelemetry/api' */
/** @import { Metric } from 'web-vitals' */

/** When what a vital measures began (ms since the page's own start). @param {Metric} metric */
function beginOf({ name, entries }) {
  // The last of the shifts, and the slowest interaction.
  if (name === 'CLS') return entries.at(-1)?.startTime ?? 0;
  return name === 'INP' ? (entries[0]?.startTime ?? 0) : 0;
}

/**
 * Reports each vital once it is known: of most that is when the page is hidden.
 * @param {Tracer} tracer @param {Context} page the page's span @param {() => void} reported
 */
export function reportVitals(tracer, page, reported) {
  /** @param {Metric} metric */
  const report = (metric) => {
    const startTime = beginOf(metric);
    const attributes = {
      'browser.web_vital.name': metric.name.toLowerCase(),
      'browser.web_vital.value': metric.value,
      'browser.web_vital.rating': metric.rating,
    };
    // A score has no duration.
    const end = metric.name === 'CLS' ? startTime : startTime + metric.value;
    tracer.startSpan('browser.web_vital', { startTime, attributes }, page).end(end);
    reported();
  };
  for (const onVital of [onCLS, onINP, onLCP, onTTFB]) onVital(report);
}
