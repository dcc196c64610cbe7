/** The talk, act by act, as the console has it of the outage. Times are of the talk; `phases` are the run's, by which it can follow. */

/** @import { TalkAct } from '../../../../scenario/presets/preset' */

/** How long a talk is (s). @param {readonly TalkAct[]} acts */
export function talkSeconds(acts) {
  return acts.at(-1)?.to ?? 0;
}

/** The act at a second of the talk. @param {readonly TalkAct[]} acts @param {number} seconds */
export function actAt(acts, seconds) {
  return Math.max(
    0,
    acts.findLastIndex(({ from }) => from <= seconds),
  );
}

/** The act that shows what the run shows. @param {readonly TalkAct[]} acts @param {string} phase */
export function actOfPhase(acts, phase) {
  return Math.max(
    0,
    acts.findIndex(({ phases }) => phases.includes(phase)),
  );
}
