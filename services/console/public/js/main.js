import { attribute, h, byId } from '../lib/dom.js';
import { text } from './dom.js';
import { clockWords } from './format.js';
import { connectionWords } from './health.js';
import { Stream } from './stream.js';
import { takeTokenFromAddress } from './admin.js';
import { stageView } from './views/stage.js';
import { curveView } from './views/curve.js';
import { whyView, mapOnlyView } from './views/why.js';
import { conductorView } from './views/conductor.js';
import { presenterView, scriptView } from './views/script.js';

/** @import { Tools, View } from './types' */

/** @type {Record<string, { label: string, make: (tools: Tools) => View }>} */
const VIEWS = {
  stage: { label: 'Stage', make: stageView },
  curve: { label: 'Curve', make: curveView },
  why: { label: 'Why', make: whyView },
  conductor: { label: 'Conductor', make: conductorView },
  script: { label: 'Script', make: scriptView },
};
/** @type {Record<string, () => View>} */
const EMBEDS = { stage: stageView, curve: curveView, why: whyView, map: mapOnlyView };
/** @type {Record<string, string>} */
const THEME_WORDS = { system: 'as the system', light: 'light', dark: 'dark' };
const THEMES = Object.keys(THEME_WORDS);
const SCREEN = 'console.screen';

const parameters = new URLSearchParams(location.search);
const asked = parameters.get('embed');
const embed = asked !== null && Object.hasOwn(EMBEDS, asked) ? asked : null;
const isPresenter = parameters.has('presenter');
/** @type {Map<string, View>} */
const views = new Map();
/** @type {{ name: string, view: View } | null} */
let current = null;

takeTokenFromAddress();

/** Other windows of this console: the presenter's sends the big screen from view to view. */
const channel = new BroadcastChannel(SCREEN);
if (!isPresenter && embed === null) {
  channel.addEventListener('message', ({ data }) => {
    if (Object.hasOwn(VIEWS, data?.show)) location.hash = `#/${data.show}`;
  });
}
/** @type {Tools} */
const tools = { showOnScreen: (name) => channel.postMessage({ show: name }) };

/** @param {string} name */
function viewOf(name) {
  let view = views.get(name);
  if (!view) {
    view = (embed !== null ? EMBEDS[name] : isPresenter ? presenterView : VIEWS[name].make)(tools);
    views.set(name, view);
  }
  return view;
}

function route() {
  if (embed !== null) return embed;
  if (isPresenter) return 'script';
  const name = /^#\/([a-z]+)/.exec(location.hash)?.[1];
  return name !== undefined && Object.hasOwn(VIEWS, name) ? name : 'stage';
}

/** @param {boolean} focus */
function show(focus) {
  const name = route();
  const view = viewOf(name);
  if (current?.name !== name) {
    current?.view.hide?.();
    byId('view').replaceChildren(view.element);
    current = { name, view };
    document.title = `${view.title} · ecommerce-demo console`;
    for (const link of byId('tabs').getElementsByTagName('a')) {
      attribute(link, 'aria-current', link.dataset.view === name ? 'page' : null);
    }
    if (focus) {
      window.scrollTo(0, 0);
      byId('view').focus({ preventScroll: true });
    }
  }
  view.navigate?.(location.hash);
  view.update(stream.state, 'shown');
}

function showConnection() {
  const { connection } = stream;
  const pill = byId('connection');
  const telemetry = stream.state.pulse?.telemetry;
  const { word, reason, state } = connectionWords(connection, telemetry);
  attribute(pill, 'data-state', state);
  attribute(pill, 'title', reason);
  text(pill, word);
  const banner = byId('banner');
  const lost = connection === 'lost';
  attribute(banner, 'hidden', !lost);
  document.documentElement.toggleAttribute('data-stale', lost);
  if (lost) {
    const at = stream.state.pulse?.at;
    text(
      banner,
      `The console does not answer. ${at ? `The figures are those of ${new Date(at).toLocaleTimeString('en-GB')}.` : ''} Trying again …`,
    );
  }
}

/** @param {string} theme */
function setTheme(theme) {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  const dark =
    theme === 'dark' || (theme === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.shown = dark ? 'dark' : 'light';
  attribute(byId('theme'), 'aria-label', `Colours: ${THEME_WORDS[theme]}`);
  current?.view.update(stream.state, 'resize');
}

function theme() {
  const asked = parameters.get('theme');
  if (asked !== null && THEMES.includes(asked)) return asked;
  const kept = localStorage.getItem('console.theme');
  return kept !== null && THEMES.includes(kept) ? kept : 'system';
}

/** @type {Set<string>} */
const scheduled = new Set();
const stream = new Stream((event) => {
  // One drawing per frame, whatever came.
  if (scheduled.size === 0) {
    requestAnimationFrame(() => {
      const events = [...scheduled];
      scheduled.clear();
      showConnection();
      text(byId('clock-text'), clockWords(stream.state.pulse?.scenario));
      for (const each of events) current?.view.update(stream.state, each);
    });
  }
  scheduled.add(event);
});

byId('tabs').replaceChildren(
  ...Object.entries(VIEWS).map(([name, { label }]) =>
    h('li', h('a', { href: `#/${name}`, 'data-view': name }, label)),
  ),
);
byId('theme').addEventListener('click', () => {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  localStorage.setItem('console.theme', next);
  setTheme(next);
});
byId('presenter').addEventListener('click', () => {
  window.open('?presenter=1', 'console-presenter', 'popup,width=980,height=900');
});
document.documentElement.toggleAttribute('data-embed', embed !== null);
document.documentElement.toggleAttribute('data-presenter', isPresenter);
attribute(byId('top'), 'hidden', embed !== null);
window.addEventListener('hashchange', () => show(true));
window.addEventListener('resize', () => current?.view.update(stream.state, 'resize'));
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => setTheme(theme()));
setTheme(theme());
show(false);
