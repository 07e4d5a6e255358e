/** Reads the theme's current colours, for canvases, and reports when they change. */

/** In the order in which series use them: neighbours differ in hue and lightness. */
const SERIES = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'] as const;
/** VS Code's own defaults (Dark Modern), for a theme that leaves one out. */
const FALLBACK: Readonly<Record<(typeof SERIES)[number], string>> = {
  blue: '#59a4f9',
  orange: '#d18616',
  green: '#89d185',
  purple: '#b180d7',
  red: '#f14c4c',
  yellow: '#cca700',
};
/** Line patterns, px: when the colours are used up, they repeat with the next pattern. */
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [10, 3, 2, 3]];

export interface ChartTheme {
  readonly series: readonly string[];
  readonly foreground: string;
  readonly dim: string;
  readonly grid: string;
  readonly background: string;
  readonly focus: string;
  readonly warning: string;
  readonly font: string;
  readonly highContrast: boolean;
}

export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const get = (...names: string[]): string =>
    names.map((n) => style.getPropertyValue(`--vscode-${n}`).trim()).find((v) => v !== '') ?? '';
  const highContrast =
    document.body.classList.contains('vscode-high-contrast') ||
    document.body.classList.contains('vscode-high-contrast-light');
  const light =
    document.body.classList.contains('vscode-light') || document.body.classList.contains('vscode-high-contrast-light');
  const foreground = get('foreground') || (light ? '#3b3b3b' : '#cccccc');
  return {
    series: SERIES.map((n) => opaque(get(`charts-${n}`)) || FALLBACK[n]),
    foreground,
    highContrast,
    dim: get('descriptionForeground') || foreground,
    // In high contrast, borders are as strong as lines, so the grid is a translucent version of the text's colour.
    grid: highContrast
      ? `color-mix(in srgb, ${foreground} 22%, transparent)`
      : get('panel-border') || (light ? '#e5e5e5' : '#2b2b2b'),
    background: get('editor-background') || (light ? '#ffffff' : '#1f1f1f'),
    focus: get('focusBorder') || foreground,
    warning: opaque(get('charts-orange')) || FALLBACK.orange,
    font: `11px ${get('font-family') || 'sans-serif'}`,
  };
}

/**
 * The same colour without transparency: orange is the minimap's colour for search matches, which is translucent by
 * default.
 */
function opaque(colour: string): string {
  return colour.replace(/^rgba\((.+),[^,]+\)$/, 'rgb($1)').replace(/^(#[\da-f]{6})[\da-f]{2}$/i, '$1');
}

/** Colour and pattern of the series in a slot, 0, 1, …: the same for all charts. */
export function strokeOf(
  slot: number,
  theme: ChartTheme,
): { readonly colour: string; readonly dash: readonly number[] } {
  const n = theme.series.length;
  return {
    colour: theme.series[slot % n] ?? theme.foreground,
    dash: DASHES[Math.floor(slot / n) % DASHES.length] ?? [],
  };
}

/** CSS classes for a slot's colour and pattern, for elements that follow the theme through the style sheet. */
export function slotClass(slot: number): string {
  return `c${slot % SERIES.length} d${Math.floor(slot / SERIES.length) % DASHES.length}`;
}

/**
 * The editor signals a change of theme through the body's class and the root element's style; either one calls
 * `changed`.
 */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-kind', 'data-vscode-theme-id'],
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  return () => {
    observer.disconnect();
  };
}
