/**
 * VS Code's default themes as a webview sees them: the body's class and the CSS variables that pages use. Values are the
 * ones that VS Code resolves (1.107; the see-through orange: 1.139) for Dark Modern, Light Modern and the two high-contrast themes (src/vs/platform/theme
 * and extensions/theme-defaults).
 */
export interface Theme { readonly body: string; readonly variables: Readonly<Record<string, string>> }

const FONTS = { 'font-family': '"Segoe UI", "Ubuntu", "DejaVu Sans", sans-serif', 'font-size': '13px', 'font-weight': 'normal', 'editor-font-family': '"Droid Sans Mono", "DejaVu Sans Mono", monospace', 'editor-font-size': '14px' };

export const THEMES = {
  dark: {
    body: 'vscode-dark',
    variables: {
      ...FONTS, 'editor-background': '#1f1f1f', foreground: '#cccccc', descriptionForeground: '#9d9d9d', errorForeground: '#f85149', 'icon-foreground': '#cccccc',
      'panel-border': '#2b2b2b', focusBorder: '#0078d4', 'textLink-foreground': '#4daafc', 'textLink-activeForeground': '#4daafc',
      'input-background': '#313131', 'input-foreground': '#cccccc', 'input-border': '#3c3c3c', 'input-placeholderForeground': '#989898',
      'settings-textInputBackground': '#313131', 'settings-textInputForeground': '#cccccc', 'settings-textInputBorder': '#3c3c3c',
      'settings-dropdownBackground': '#313131', 'settings-dropdownForeground': '#cccccc', 'settings-dropdownBorder': '#3c3c3c', 'settings-dropdownListBorder': '#454545',
      'inputOption-activeBackground': '#2489db82', 'inputOption-activeBorder': '#2488db', 'inputOption-activeForeground': '#ffffff',
      'list-hoverBackground': '#2a2d2e', 'list-activeSelectionBackground': '#04395e', 'list-activeSelectionForeground': '#ffffff', 'list-inactiveSelectionBackground': '#37373d', 'list-focusOutline': '#0078d4',
      'editorHoverWidget-background': '#202020', 'editorHoverWidget-border': '#454545', 'editorHoverWidget-foreground': '#cccccc',
      'toolbar-hoverBackground': 'rgba(90, 93, 94, 0.31)', 'scrollbarSlider-background': 'rgba(121, 121, 121, 0.4)', 'scrollbarSlider-hoverBackground': 'rgba(100, 100, 100, 0.7)', 'scrollbarSlider-activeBackground': 'rgba(191, 191, 191, 0.4)',
      'editorWarning-foreground': '#cca700', 'editor-findMatchHighlightBackground': 'rgba(234, 92, 0, 0.33)', 'progressBar-background': '#0078d4',
      'charts-foreground': '#cccccc', 'charts-red': '#f14c4c', 'charts-blue': '#59a4f9', 'charts-yellow': '#cca700', 'charts-orange': 'rgba(234, 92, 0, 0.33)', 'charts-green': '#89d185', 'charts-purple': '#b180d7',
    },
  },
  light: {
    body: 'vscode-light',
    variables: {
      ...FONTS, 'editor-background': '#ffffff', foreground: '#3b3b3b', descriptionForeground: '#3b3b3b', errorForeground: '#f85149', 'icon-foreground': '#3b3b3b',
      'panel-border': '#e5e5e5', focusBorder: '#005fb8', 'textLink-foreground': '#005fb8', 'textLink-activeForeground': '#005fb8',
      'input-background': '#ffffff', 'input-foreground': '#3b3b3b', 'input-border': '#cecece', 'input-placeholderForeground': '#767676',
      'settings-textInputBackground': '#ffffff', 'settings-textInputForeground': '#3b3b3b', 'settings-textInputBorder': '#cecece',
      'settings-dropdownBackground': '#ffffff', 'settings-dropdownForeground': '#3b3b3b', 'settings-dropdownBorder': '#cecece', 'settings-dropdownListBorder': '#cecece',
      'inputOption-activeBackground': '#bed6ed', 'inputOption-activeBorder': '#005fb8', 'inputOption-activeForeground': '#000000',
      'list-hoverBackground': '#f2f2f2', 'list-activeSelectionBackground': '#e8e8e8', 'list-activeSelectionForeground': '#000000', 'list-inactiveSelectionBackground': '#e4e6f1', 'list-focusOutline': '#005fb8',
      'editorHoverWidget-background': '#f8f8f8', 'editorHoverWidget-border': '#c8c8c8', 'editorHoverWidget-foreground': '#3b3b3b',
      'toolbar-hoverBackground': 'rgba(184, 184, 184, 0.31)', 'scrollbarSlider-background': 'rgba(100, 100, 100, 0.4)', 'scrollbarSlider-hoverBackground': 'rgba(100, 100, 100, 0.7)', 'scrollbarSlider-activeBackground': 'rgba(0, 0, 0, 0.6)',
      'editorWarning-foreground': '#bf8803', 'editor-findMatchHighlightBackground': 'rgba(234, 92, 0, 0.33)', 'progressBar-background': '#005fb8',
      'charts-foreground': '#3b3b3b', 'charts-red': '#e51400', 'charts-blue': '#0063d3', 'charts-yellow': '#bf8803', 'charts-orange': 'rgba(234, 92, 0, 0.33)', 'charts-green': '#388a34', 'charts-purple': '#652d90',
    },
  },
  'hc-dark': {
    body: 'vscode-high-contrast',
    variables: {
      ...FONTS, 'editor-background': '#000000', foreground: '#ffffff', descriptionForeground: 'rgba(255, 255, 255, 0.7)', errorForeground: '#f48771', 'icon-foreground': '#ffffff',
      contrastBorder: '#6fc3df', contrastActiveBorder: '#f38518', 'panel-border': '#6fc3df', focusBorder: '#f38518', 'textLink-foreground': '#21a6ff', 'textLink-activeForeground': '#21a6ff',
      'input-background': '#000000', 'input-foreground': '#ffffff', 'input-border': '#6fc3df', 'input-placeholderForeground': 'rgba(255, 255, 255, 0.7)',
      'settings-textInputBackground': '#000000', 'settings-textInputForeground': '#ffffff', 'settings-textInputBorder': '#6fc3df',
      'settings-dropdownBackground': '#000000', 'settings-dropdownForeground': '#ffffff', 'settings-dropdownBorder': '#6fc3df', 'settings-dropdownListBorder': '#6fc3df',
      'inputOption-activeBackground': 'rgba(0, 0, 0, 0)', 'inputOption-activeBorder': '#6fc3df', 'inputOption-activeForeground': '#ffffff', 'list-focusOutline': '#f38518',
      'editorHoverWidget-background': '#0c141f', 'editorHoverWidget-border': '#6fc3df', 'editorHoverWidget-foreground': '#ffffff',
      'scrollbarSlider-background': 'rgba(111, 195, 223, 0.6)', 'scrollbarSlider-hoverBackground': 'rgba(111, 195, 223, 0.8)', 'scrollbarSlider-activeBackground': '#6fc3df',
      'editorWarning-foreground': '#ffd370', 'progressBar-background': '#6fc3df',
      'charts-foreground': '#ffffff', 'charts-red': '#f48771', 'charts-blue': '#59a4f9', 'charts-yellow': '#ffd370', 'charts-orange': '#ab5a00', 'charts-green': '#89d185', 'charts-purple': '#b180d7',
    },
  },
  'hc-light': {
    body: 'vscode-high-contrast-light vscode-high-contrast',
    variables: {
      ...FONTS, 'editor-background': '#ffffff', foreground: '#292929', descriptionForeground: 'rgba(41, 41, 41, 0.7)', errorForeground: '#b5200d', 'icon-foreground': '#292929',
      contrastBorder: '#0f4a85', contrastActiveBorder: '#006bbd', 'panel-border': '#0f4a85', focusBorder: '#006bbd', 'textLink-foreground': '#0f4a85', 'textLink-activeForeground': '#0f4a85',
      'input-background': '#ffffff', 'input-foreground': '#292929', 'input-border': '#0f4a85', 'input-placeholderForeground': 'rgba(41, 41, 41, 0.7)',
      'settings-textInputBackground': '#ffffff', 'settings-textInputForeground': '#292929', 'settings-textInputBorder': '#0f4a85',
      'settings-dropdownBackground': '#ffffff', 'settings-dropdownForeground': '#292929', 'settings-dropdownBorder': '#0f4a85', 'settings-dropdownListBorder': '#0f4a85',
      'inputOption-activeBackground': 'rgba(0, 0, 0, 0)', 'inputOption-activeBorder': '#0f4a85', 'inputOption-activeForeground': '#292929', 'list-focusOutline': '#006bbd',
      'list-hoverBackground': 'rgba(15, 74, 133, 0.1)', 'list-activeSelectionBackground': 'rgba(15, 74, 133, 0.1)', 'list-inactiveSelectionBackground': 'rgba(15, 74, 133, 0.1)',
      'editorHoverWidget-background': '#ffffff', 'editorHoverWidget-border': '#0f4a85', 'editorHoverWidget-foreground': '#292929',
      'scrollbarSlider-background': 'rgba(15, 74, 133, 0.4)', 'scrollbarSlider-hoverBackground': 'rgba(15, 74, 133, 0.8)', 'scrollbarSlider-activeBackground': '#0f4a85',
      'editorWarning-foreground': '#895503', 'progressBar-background': '#0f4a85',
      'charts-foreground': '#292929', 'charts-red': '#b5200d', 'charts-blue': '#0063d3', 'charts-yellow': '#895503', 'charts-orange': '#0f4a85', 'charts-green': '#374e06', 'charts-purple': '#652d90',
    },
  },
} as const satisfies Record<string, Theme>;

export type ThemeName = keyof typeof THEMES;
