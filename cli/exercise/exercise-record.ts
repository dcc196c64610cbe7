import { Refusal } from '../../machine/errors';
import type {
  Diagnosis,
  ExerciseEnd,
  ExerciseFacts,
  ExerciseSample,
  Intervention,
} from '../../report/exercise/facts';
import { HINT_POINTS } from '../../report/exercise/grade';
import { mendedAt } from '../../report/exercise/health';

/** What is known of an exercise before it begins. */
export type ExerciseHead = Pick<
  ExerciseFacts,
  'id' | 'seed' | 'forWhom' | 'startedAt' | 'minuteSeconds' | 'scale' | 'truth' | 'limit'
>;

/** What a participant may know of the exercise under way. */
export type ExerciseStatus = ReturnType<ExerciseRecord['status']>;

/** An exercise under way: what was seen, said and done, by its own clock. */
export class ExerciseRecord {
  readonly samples: ExerciseSample[] = [];
  readonly interventions: Intervention[] = [];
  configFault: string | null = null;
  private readonly answers: ExerciseFacts['answers'][number][] = [];
  private readonly hinted: number[] = [];
  private acknowledged: number | null = null;
  private end: ExerciseEnd | null = null;
  private endedAt: number | null = null;

  /**
   * @param hints texts, one after the other
   * @param now seconds since the exercise began
   */
  constructor(
    private readonly head: ExerciseHead,
    private readonly hints: readonly string[],
    private readonly now: () => number,
  ) {}

  /** The participant has seen that something is the matter. */
  acknowledge(): void {
    this.requireUnderWay();
    this.acknowledged ??= this.now();
  }

  /** He says what it is. That it is nothing ends the exercise. */
  answer(cause: Diagnosis, why: string | null): void {
    this.requireUnderWay();
    this.answers.push({ at: this.now(), cause, why });
    if (cause === 'none') this.finish('answered');
  }

  /** @throws Refusal when there is none left */
  hint(): { text: string; points: number } {
    this.requireUnderWay();
    const text = this.hints[this.hinted.length];
    const points = HINT_POINTS[this.hinted.length];
    if (text === undefined || points === undefined)
      throw new Refusal('There is no further hint: the last one was the answer.');
    this.hinted.push(this.now());
    return { text, points };
  }

  /** Ends it, once. */
  finish(end: ExerciseEnd): void {
    this.end ??= end;
    this.endedAt ??= this.now();
  }

  /** What ends it by itself: it was answered and is mended, or its time is over. */
  look(): void {
    if (this.now() >= this.head.limit) this.finish('time-over');
    else if (this.answers.length > 0 && this.head.truth.cause !== null && mendedAt(this.samples) !== null)
      this.finish('answered');
  }

  get isOver(): boolean {
    return this.end !== null;
  }

  status() {
    const { id, limit } = this.head;
    return {
      id,
      /** Seconds since it began, and how many it may take. */
      elapsed: Math.round(this.now()),
      limit: Math.round(limit),
      acknowledged: this.acknowledged !== null,
      answers: this.answers.map(({ cause }) => cause),
      hints: this.hinted.length,
      /** What the next hint costs; null: there is none left. */
      nextHintPoints: HINT_POINTS[this.hinted.length] ?? null,
      /** Why the stack file is not applied as it is; null: it is. */
      configFault: this.configFault,
    };
  }

  facts(healed: ExerciseFacts['healed']): ExerciseFacts {
    return {
      ...this.head,
      samples: this.samples,
      interventions: this.interventions,
      acknowledged: this.acknowledged,
      answers: this.answers,
      hints: this.hinted,
      end: this.end ?? 'interrupted',
      endedAt: this.endedAt ?? this.now(),
      healed,
    };
  }

  private requireUnderWay(): void {
    if (this.isOver) throw new Refusal('The exercise is over: its result is being made.');
  }
}
