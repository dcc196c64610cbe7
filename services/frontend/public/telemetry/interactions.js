/** What a visitor does, or the start of the page, as a span: the parent of the requests that it causes. */

import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { StackContextManager } from '@opentelemetry/sdk-trace';

/** @import { Attributes, Context, Span, Tracer } from '@opentelemetry/api' */
/** @import { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace' */

/** A click that has asked for nothing by now (ms) asks for nothing. */
const ASKS_WITHIN_MS = 300;

/** @typedef {{ span: Span, context: Context, open: number, lastEnd: [number, number] | null }} Interaction */

/**
 * A page has no context of its own for code that waits, and zone.js, which makes one, is larger than all the rest. Here
 * the newest interaction that is still under way is the parent of every request; it ends with the last of them. As
 * context manager it says so, as span processor it sees the requests begin and end. The fetch instrumentation ends its
 * spans 300 ms after the answer: a request that follows from an answer belongs to the same interaction.
 *
 * @implements {SpanProcessor}
 */
export class Interactions extends StackContextManager {
  /** By the id of their span. @type {Map<string, Interaction>} */
  #underWay = new Map();
  /** @type {Interaction | null} */
  #current = null;
  /** Begun and not ended, of whatever interaction. @type {Set<Span>} */
  #requests = new Set();

  /** @override @returns {Context} */
  active() {
    const active = super.active();
    return active === ROOT_CONTEXT ? (this.#current?.context ?? active) : active;
  }

  /**
   * A visitor has done something.
   * @param {Tracer} tracer @param {string} name @param {Attributes} [attributes]
   */
  begin(tracer, name, attributes = {}) {
    const { interaction, release } = this.hold(tracer, name, { attributes });
    setTimeout(release, ASKS_WITHIN_MS);
    return interaction;
  }

  /**
   * Begins one that does not end before it is released.
   * @param {Tracer} tracer @param {string} name @param {{ attributes?: Attributes, startTime?: number }} options
   */
  hold(tracer, name, options) {
    const span = tracer.startSpan(name, options, ROOT_CONTEXT);
    /** @type {Interaction} */
    const interaction = { span, context: trace.setSpan(ROOT_CONTEXT, span), open: 1, lastEnd: null };
    this.#underWay.set(span.spanContext().spanId, interaction);
    this.#current = interaction;
    return { interaction, release: () => this.#release(interaction) };
  }

  /** The page goes: what is under way ends as it is, requests first; one that was just answered would wait too long. */
  endAll() {
    for (const request of this.#requests) request.end();
    for (const interaction of this.#underWay.values()) this.#end(interaction);
  }

  /** @param {Span & ReadableSpan} span */
  onStart(span) {
    if (span.kind === SpanKind.CLIENT) this.#requests.add(span);
    const interaction = this.#causeOf(span);
    if (interaction) interaction.open += 1;
  }

  /** @param {ReadableSpan} span */
  onEnd(span) {
    this.#requests.delete(/** @type {Span & ReadableSpan} */ (span));
    const interaction = this.#causeOf(span);
    if (!interaction) return;
    if (!interaction.lastEnd || isLater(span.endTime, interaction.lastEnd))
      interaction.lastEnd = span.endTime;
    this.#release(interaction);
  }

  /** @param {ReadableSpan} span */
  #causeOf(span) {
    return this.#underWay.get(span.parentSpanContext?.spanId ?? '');
  }

  /** @param {Interaction} interaction */
  #release(interaction) {
    interaction.open -= 1;
    if (interaction.open > 0) return;
    // One that asked for nothing was over at once.
    const { startTime } = /** @type {Span & Pick<ReadableSpan, 'startTime'>} */ (interaction.span);
    this.#end(interaction, interaction.lastEnd ?? startTime);
  }

  /** @param {Interaction} interaction @param {[number, number]} [endTime] */
  #end(interaction, endTime) {
    this.#underWay.delete(interaction.span.spanContext().spanId);
    if (this.#current === interaction) this.#current = null;
    interaction.span.end(endTime);
  }

  forceFlush() {
    return Promise.resolve();
  }

  shutdown() {
    return Promise.resolve();
  }
}

/** @param {[number, number]} a @param {[number, number]} b seconds and nanoseconds */
const isLater = ([seconds, nanos], [thanSeconds, thanNanos]) =>
  seconds > thanSeconds || (seconds === thanSeconds && nanos > thanNanos);
