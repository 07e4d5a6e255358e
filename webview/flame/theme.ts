/** Reads the theme's current colours and fonts, and reports when they change. */
import { parseColour, type Rgb, type ThemeColours } from './colours';

/** VS Code's own defaults (Dark Modern), for a theme that leaves one out. */
const FALLBACK = {
  blue: '#59a4f9',
  green: '#89d185',
  yellow: '#cca700',
  orange: '#d18616',
  red: '#f14c4c',
  purple: '#b180d7',
} as const;
const BLACK: Rgb = [0, 0, 0];

export function readTheme(): ThemeColours {
  const style = getComputedStyle(document.documentElement);
  const light =
    document.body.classList.contains('vscode-light') || document.body.classList.contains('vscode-high-contrast-light');
  const get = (name: string, under: Rgb, fallback: string): Rgb =>
    parseColour(style.getPropertyValue(name), under) ?? parseColour(fallback, under) ?? BLACK;
  const background = get('--vscode-editor-background', BLACK, light ? '#ffffff' : '#1f1f1f');
  const chart = (name: keyof typeof FALLBACK): Rgb => get(`--vscode-charts-${name}`, background, FALLBACK[name]);
  return {
    background,
    foreground: get('--vscode-foreground', background, light ? '#3b3b3b' : '#cccccc'),
    focus: get('--vscode-focusBorder', background, '#0078d4'),
    blue: chart('blue'),
    green: chart('green'),
    yellow: chart('yellow'),
    orange: chart('orange'),
    red: chart('red'),
    purple: chart('purple'),
    highContrast:
      document.body.classList.contains('vscode-high-contrast') ||
      document.body.classList.contains('vscode-high-contrast-light'),
  };
}

/**
 * The editor signals a change of theme through the body's class and the root element's style; either one calls
 * `changed`.
 */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-kind', 'data-vscode-theme-id'],
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
}

export function reducedMotion(): boolean {
  return (
    matchMedia('(prefers-reduced-motion: reduce)').matches || document.body.classList.contains('vscode-reduce-motion')
  );
}
