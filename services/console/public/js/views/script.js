import { attribute, button, h } from '../../lib/dom.js';
import { text, viewHead, whenChanged } from '../dom.js';
import { clock, clockWords } from '../format.js';
import { miniStage } from './stage.js';

/** @import { TalkAct } from '../../../../../scenario/presets/preset' */
/** @import { Tools, View } from '../types' */

const KEY = 'console.talk-start';
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
const VIEW_NAMES = { stage: 'Stage', curve: 'Curve', why: 'Why', conductor: 'Conductor' };

/** The act at a second of the talk. @param {readonly TalkAct[]} acts @param {number} seconds */
const actAt = (acts, seconds) =>
  Math.max(
    0,
    acts.findLastIndex(({ from }) => from <= seconds),
  );

/** The act that shows what the run shows. @param {readonly TalkAct[]} acts @param {string} phase */
const actOfPhase = (acts, phase) =>
  Math.max(
    0,
    acts.findIndex(({ phases }) => phases.includes(phase)),
  );

/** The talk: what to show, what to say, what to paste. Follows the clock, or is stepped by hand. @param {Tools} tools */
export function scriptView(tools) {
  return talk(tools, false);
}

/** The presenter's own window: the same, larger, with the stage in small, and the big screen's remote control. @param {Tools} tools */
export function presenterView(tools) {
  return talk(tools, true);
}

/** @param {Tools} tools @param {boolean} isPresenter @returns {View} */
function talk(tools, isPresenter) {
  let follow = true;
  let act = 0;
  /** @type {{ scenario: import('../../../api/pulse').ScenarioPulse | null, runId: string | null }} */
  let last = { scenario: null, runId: null };
  const mini = miniStage();
  const time = h('p.talk-clock', '0:00');
  const next = h('p.muted');
  const startButton = button('Start the talk clock', toggleTalk, '', { id: 'talk-start' });
  const followBox = h('input', {
    type: 'checkbox',
    id: 'follow',
    checked: true,
    onchange: () => setFollow(followBox.checked),
  });
  const list = h('ol.acts');
  /** @type {readonly TalkAct[]} */
  let acts = [];
  /** @type {ReturnType<typeof actCard>[]} */
  let cards = [];
  const drawTalk = whenChanged((/** @type {readonly TalkAct[]} */ talk) => {
    acts = talk;
    cards = talk.map(actCard);
    list.replaceChildren(...cards.map(({ element: card }) => card));
  });
  const element = h(
    'div',
    { class: `script${isPresenter ? ' presenter' : ''}`, onkeydown: key },
    viewHead(isPresenter ? 'Presenter' : 'Script', h('p.muted', 'Eight minutes, four acts.'), mini.element),
    h(
      'div.talk-bar',
      { role: 'group', 'aria-label': 'Talk' },
      time,
      next,
      h(
        'div.actions',
        startButton,
        button('Previous act', () => step(-1), 'quiet'),
        button('Next act', () => step(1), 'quiet'),
      ),
      h('p.check', followBox, h('label', { for: 'follow' }, 'follow the clock')),
    ),
    isPresenter ? remote(tools) : null,
    list,
  );

  /** @param {TalkAct} each @param {number} index */
  function actCard(each, index) {
    const filter = h('code');
    const copied = h('span.muted', { role: 'status' });
    const copy = () => {
      navigator.clipboard.writeText(filter.textContent ?? '').then(
        () => text(copied, 'copied'),
        () => text(copied, 'select and copy it by hand'),
      );
      setTimeout(() => text(copied, ''), 2500);
    };
    const item = h(
      'li.act.card',
      h(
        'header',
        h('p.act-time', `${clock(each.from)} – ${clock(each.to)}`),
        h('h2', `Act ${index + 1}: ${each.title}`),
      ),
      h(
        'dl.act-steps',
        Object.entries(each.steps).map(([term, words]) => [
          h('dt', term),
          h('dd', { class: term === 'Say' ? 'say' : null }, words),
        ]),
      ),
      h(
        'ul.points',
        each.points.map((point) => h('li', point)),
      ),
      h('p.muted', each.vendor),
      h('div.filter', filter, button('Copy', copy, 'quiet small'), copied),
      isPresenter
        ? showButton(tools, each.show, `Show ${VIEW_NAMES[each.show]} on the big screen`)
        : h('p', h('a', { href: `#/${each.show}` }, `Open ${VIEW_NAMES[each.show]}`)),
    );
    return { element: item, filter };
  }

  function setFollow(/** @type {boolean} */ value) {
    follow = value;
    followBox.checked = value;
    update();
  }

  function step(/** @type {number} */ by) {
    act = Math.max(0, Math.min(acts.length - 1, act + by));
    setFollow(false);
    cards[act]?.element.scrollIntoView({ block: 'nearest' });
  }

  function key(/** @type {KeyboardEvent} */ event) {
    if (event.target instanceof Element && event.target.closest('input, select, textarea')) return;
    const by = STEPS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  }

  function toggleTalk() {
    if (localStorage.getItem(KEY) === null) localStorage.setItem(KEY, String(Date.now()));
    else localStorage.removeItem(KEY);
    setFollow(true);
  }

  /** Seconds of the talk; null while its clock does not run. Kept in this browser: both windows have one clock. */
  function secondsOfTalk() {
    const start = Number(localStorage.getItem(KEY) ?? Number.NaN);
    return Number.isFinite(start) ? (Date.now() - start) / 1000 : null;
  }

  function drawFilters(/** @type {string | null} */ runId) {
    const run = runId === null ? '' : ` AND demo.run_id = "${runId}"`;
    cards.forEach(({ filter }, index) => text(filter, acts[index].filter.replace('{run}', run)));
  }

  function update() {
    const seconds = secondsOfTalk();
    text(time, seconds === null ? '0:00' : clock(Math.min(seconds, 3600)));
    text(startButton, seconds === null ? 'Start the talk clock' : 'Reset the talk clock');
    if (follow) {
      const byRun = last.scenario ? actOfPhase(acts, last.scenario.phase) : 0;
      // Held at the peak the run's own clock stands; the talk goes on.
      act =
        seconds === null
          ? byRun
          : Math.max(
              byRun,
              last.scenario?.paused ? actAt(acts, seconds) : Math.min(actAt(acts, seconds), byRun),
            );
    }
    const upcoming = acts[act + 1];
    const end = acts.at(-1)?.to ?? 0;
    text(
      next,
      seconds === null
        ? `Run: ${clockWords(last.scenario)}`
        : upcoming
          ? `Act ${act + 2} in ${clock(upcoming.from - seconds)}`
          : seconds < end
            ? `${clock(end - seconds)} left`
            : 'Time is up',
    );
    cards.forEach(({ element: card }, index) => {
      attribute(card, 'data-at', index === act ? 'now' : index < act ? 'past' : 'next');
      attribute(card, 'aria-current', index === act ? 'step' : null);
    });
  }

  return {
    element,
    title: isPresenter ? 'Presenter' : 'Script',
    update(state) {
      mini.update(state);
      if (state.conductor) drawTalk(state.conductor.choices.talk);
      last = {
        scenario: state.pulse?.scenario ?? null,
        runId:
          state.pulse && state.pulse.scenario?.state !== 'normal'
            ? (state.pulse.scenario?.runId ?? null)
            : null,
      };
      drawFilters(last.runId);
      update();
    },
  };
}

/** @param {Tools} tools @param {string} view @param {string} label */
const showButton = (tools, view, label) => button(label, () => tools.showOnScreen(view), 'quiet small');

function remote(/** @type {Tools} */ tools) {
  return h(
    'div.actions.remote',
    { role: 'group', 'aria-label': 'On the big screen' },
    h('span.muted', 'On the big screen:'),
    Object.entries(VIEW_NAMES).map(([name, label]) => showButton(tools, name, label)),
  );
}
