/** The rules' own texts, for the links of findings, the hovers and the README. */
import { MODULE_RULE } from './modules/rule';
import { GO_RULES } from './rules/index';
import { YAML_RULES } from './yaml/index';

export interface Explained {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly explains: string;
}

export function rules(): readonly Explained[] {
  return [...GO_RULES, ...YAML_RULES, MODULE_RULE];
}

export function ruleIds(): string[] {
  return rules().map((r) => r.id);
}

/** The text of a rule, with its title; undefined: there is no such rule. */
export function explain(id: string): string | undefined {
  const rule = rules().find((r) => r.id === id);
  return rule === undefined ? undefined : `# ${rule.title}\n\n${rule.explains.trim()}\n`;
}

/** What a rule is about: the first paragraph of its text. */
export function gist({ explains }: Explained): string {
  return explains.trim().split('\n\n', 1)[0] ?? '';
}

/** All rules, each with what it is about: the README's list. */
export function listed(): string {
  return rules()
    .map((r) => `- **${r.title}** (\`${r.id}\`). ${gist(r)}`)
    .join('\n');
}
