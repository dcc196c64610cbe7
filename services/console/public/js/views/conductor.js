import { attribute, h, messageOf } from '../../lib/dom.js';
import { card, listing, text, viewHead, whenChanged } from '../dom.js';
import { clockWords, timeOfDay } from '../format.js';
import { act, forgetToken, isUnauthorized, token, unlock } from '../admin.js';
import { healList, miniStage } from './stage.js';

/** @import { ActionName, Availability } from '../../../../../scenario/override/availability' */
/** @import { Choices } from '../../../control/choices' */
/** @import { WatchedAction } from '../../../control/confirmations' */
/** @import { State, View } from '../types' */

/**
 * What each button does, and which of the console's actions it is. Those that take a cause out come with the server's answer.
 * @type {Record<string, { label: string, kind?: string, path: string }>}
 */
const ACTIONS = {
  start: { label: 'Start the outage', kind: 'danger', path: 'start' },
  pause: { label: 'Hold the clock', path: 'pause' },
  resume: { label: 'Let it run', path: 'resume' },
  goto: { label: 'Jump', path: 'goto' },
  abort: { label: 'Heal', kind: 'primary', path: 'abort' },
};
const STATES = {
  watching: { sign: '…', words: 'Waiting for the system to show it' },
  confirmed: { sign: '✓', words: 'Confirmed by the system' },
  unconfirmed: { sign: '✗', words: 'Not confirmed: the system does not show it' },
  superseded: { sign: '–', words: 'A newer action came first' },
};
/** Actions listed; only the newest with its checks. */
const LISTED = 7;

/** Run-time control: every action is confirmed by what the system then shows. @returns {View} */
export function conductorView() {
  /** @type {{ can: Record<ActionName, Availability> | null, busy: ActionName | null }} */
  const state = { can: null, busy: null };
  /** @type {Map<ActionName, { control: HTMLButtonElement, why: HTMLElement }>} */
  const buttons = new Map();
  const mini = miniStage();
  const heal = healList();
  const now = h('p.conductor-now');
  const problem = problemLine();

  /** @param {ActionName} name @param {() => object} [body] @param {typeof ACTIONS[string]} [action] */
  function button(name, body, action = ACTIONS[name]) {
    const { label, kind } = action;
    const why = h('p.why-not', { id: `why-${name}` });
    const control = h(
      'button',
      {
        class: `button big ${kind ?? 'quiet'}`,
        type: 'button',
        id: `do-${name}`,
        'aria-describedby': `why-${name}`,
        onclick: () => void run(name, action, body),
      },
      label,
    );
    buttons.set(name, { control, why });
    return h('div.action', control, why);
  }

  /** @param {ActionName} name @param {typeof ACTIONS[string]} action @param {() => object} [body] */
  async function run(name, { label, path }, body) {
    if (state.can?.[name]?.ok !== true || state.busy !== null || token() === '') return;
    state.busy = name;
    problem.tell(null);
    refresh();
    try {
      await act(path, body?.());
    } catch (error) {
      if (isUnauthorized(error)) {
        forgetToken();
        showLock();
      }
      problem.tell(`${label}: ${messageOf(error)}`);
    }
    state.busy = null;
    refresh();
  }

  const field = (/** @type {string} */ label, /** @type {HTMLElement} */ input) =>
    h('p.field', h('label', { for: input.id }, label), input);
  const option = (/** @type {string} */ value, /** @type {string} */ label) => h('option', { value }, label);
  const mode = h('select', { id: 'mode' });
  const length = h('select', { id: 'length' });
  const hold = h('select', { id: 'hold' });
  const causes = h('div.pair');
  const drawChoices = whenChanged((/** @type {Pick<Choices, 'outages' | 'paces'>} */ { outages, paces }) => {
    mode.replaceChildren(...outages.map((outage) => option(outage.mode, outage.title)));
    length.replaceChildren(
      ...paces.map(({ minuteSeconds, runSeconds }) =>
        option(String(minuteSeconds), `${minuteSeconds} s: ${runSeconds / 60} real minutes`),
      ),
    );
    length.value = String(Math.min(...paces.map(({ minuteSeconds }) => minuteSeconds)));
    const offerHold = () => {
      const peak = outages.find((outage) => outage.mode === mode.value)?.peakMinute ?? 0;
      hold.replaceChildren(
        option('', 'run through'),
        option(String(peak), `hold at minute ${peak} until healed`),
      );
    };
    mode.addEventListener('change', offerHold);
    offerHold();
  });
  const drawAblations = listing(causes, (/** @type {Choices['ablations'][number]} */ { what, action }) =>
    button(`ablate-${what}`, () => ({ what }), { label: action, path: 'ablate' }),
  );
  const minute = h('input', {
    id: 'minute',
    type: 'number',
    min: 0,
    step: 1,
    value: 18,
    inputmode: 'numeric',
  });

  const lockField = h('input', { id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false' });
  const lockProblem = problemLine();
  const lock = h(
    'form.card.lock',
    {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void tryUnlock();
      },
    },
    h('h2', 'Locked'),
    h('p', 'Everybody may look; only who has the admin token may change something. It stays in this tab.'),
    h(
      'div.lock-row',
      h('label', { for: 'token' }, 'Admin token'),
      lockField,
      h('button.button', { type: 'submit', id: 'unlock' }, 'Unlock'),
    ),
    h(
      'p.muted',
      'npm start writes it to run.json in its data folder; a deployed stack: pulumi stack output adminToken --show-secrets.',
    ),
    lockProblem.element,
  );

  async function tryUnlock() {
    try {
      await unlock(lockField.value.trim());
      lockField.value = '';
      lockProblem.tell(null);
    } catch (error) {
      lockProblem.tell(isUnauthorized(error) ? 'That is not the admin token.' : messageOf(error));
    }
    showLock();
    refresh();
  }

  function showLock() {
    attribute(lock, 'hidden', token() !== '');
  }

  const confirmations = h('ol.watched');
  const nothingYet = 'What you do is listed here, with what the system showed of it and after how long.';
  const drawWatched = listing(confirmations, watchedItem, h('li.muted', nothingYet));
  const indexes = h('ul.indexes');
  const drawIndexes = listing(indexes, (/** @type {[string, string]} */ [name, is]) =>
    h(
      'li',
      { 'data-state': is },
      h('span', { 'aria-hidden': 'true' }, is === 'present' ? '●' : '○'),
      ` ${name} `,
      h('strong', is),
    ),
  );
  /** @param {string} name @param {string} hint @param {HTMLElement[]} children */
  const group = (name, hint, ...children) => card(name, 'group', h('p.muted', hint), ...children);
  const announcement = h('p.visually-hidden', { role: 'status' });
  const element = h(
    'div.conductor',
    viewHead('Conductor', now, mini.element),
    lock,
    problem.element,
    announcement,
    h(
      'div.conductor-grid',
      h(
        'div.groups',
        group(
          'Outage',
          'Begins in five seconds. Stack config is not touched: the run ends by itself.',
          h(
            'div.fields',
            field('Scenario', mode),
            field('A demo minute takes', length),
            field('At the peak', hold),
          ),
          button('start', () => ({
            mode: mode.value,
            minuteSeconds: Number(length.value),
            ...(hold.value === '' ? {} : { holdAtMinute: Number(hold.value) }),
          })),
        ),
        group(
          'Clock',
          'Holding keeps the minute, not the traffic: the outage goes on as it is.',
          h('div.pair', button('pause'), button('resume')),
          h(
            'div.jump',
            field('To minute', minute),
            button('goto', () => ({ minute: Number(minute.value) })),
          ),
        ),
        group('Cause', 'Put one half of the cause right, and see that it was the cause.', causes),
        group('End', 'Ends the run. A heal would:', heal.element, button('abort')),
      ),
      h(
        'div.side',
        card('What the system showed', '', confirmations),
        card('Indexes, as PostgreSQL has them', '', indexes),
      ),
    ),
  );
  let announced = '';

  function refresh() {
    for (const [name, { control, why }] of buttons) {
      const can = state.can?.[name] ?? { ok: false, why: 'Not known yet.' };
      const locked = token() === '';
      const ok = can.ok && !locked && state.busy === null;
      // Not `disabled`: a button that can't work now stays reachable, and says why.
      attribute(control, 'aria-disabled', ok ? null : 'true');
      attribute(control, 'data-busy', state.busy === name);
      text(why, can.ok ? (locked ? 'Unlock with the admin token first.' : '') : can.why);
    }
  }

  showLock();
  return {
    element,
    title: 'Conductor',
    update(all) {
      const { conductor, pulse } = all;
      mini.update(all);
      if (pulse) heal.update(pulse);
      if (pulse) text(now, nowText(pulse.scenario, conductor));
      if (!conductor) return;
      state.can = conductor.can;
      const { outages, paces, ablations } = conductor.choices;
      drawChoices({ outages, paces });
      drawAblations(ablations);
      drawWatched(conductor.watched.slice(0, LISTED));
      drawIndexes(Object.entries(conductor.indexes ?? {}));
      attribute(minute, 'max', pulse?.scenario ? String(pulse.scenario.durationMinutes - 1) : null);
      const [latest] = conductor.watched;
      const said = latest ? `${latest.title}: ${STATES[latest.state].words}` : '';
      if (said !== announced) {
        announced = said;
        text(announcement, said);
      }
      refresh();
    },
  };
}

/** Where it stands what went wrong. */
function problemLine() {
  const element = h('p.problem', { role: 'alert', hidden: true });
  return {
    element,
    tell(/** @type {string | null} */ message) {
      text(element, message);
      attribute(element, 'hidden', message === null);
    },
  };
}

/** @param {WatchedAction} action */
function watchedItem({ title, at, state, checks }) {
  return h(
    'li.watched-item',
    { 'data-state': state },
    h(
      'p.watched-head',
      h('span.watched-sign', { 'aria-hidden': 'true' }, STATES[state].sign),
      h('strong', title),
      h('time', { datetime: at }, timeOfDay(at)),
    ),
    h('p.watched-state', STATES[state].words),
    h(
      'ul',
      checks.map(({ what, seenAfterMs }) =>
        h(
          'li',
          { 'data-seen': String(seenAfterMs !== null) },
          h('span', { 'aria-hidden': 'true' }, seenAfterMs === null ? '○ ' : '● '),
          what,
          h(
            'span.after',
            seenAfterMs === null ? 'not seen yet' : `after ${(seenAfterMs / 1000).toFixed(1)} s`,
          ),
        ),
      ),
    ),
  );
}

/** @param {import('../../../api/pulse').ScenarioPulse | null} scenario @param {State['conductor']} conductor */
function nowText(scenario, conductor) {
  if (!scenario) return 'No scenario is known yet.';
  if (scenario.state === 'normal') {
    return conductor?.run
      ? 'Healed by hand, for a while: stack config still wants the outage.'
      : 'Normal operations. No outage is under way.';
  }
  const who =
    scenario.source === 'override'
      ? `, started by ${conductor?.run?.startedBy ?? 'hand'}`
      : ', from stack config';
  return `${scenario.title}: ${clockWords(scenario)}${who}${scenario.ablation ? `. Its ${scenario.ablation.name} is restored` : ''}.`;
}
