/** Settings of known components in YAML: manifests, component configurations, Helm values, kustomize patches. */
import type { Finding, Measured } from '../types';
import { placesOf } from './find';
import { hoversOf } from './hovers';
import { isRelevantYaml } from './relevant';
import { YAML_RULES } from './rules/index';
import { setUpOf } from './setups';
import { yamlText } from './yamlText';
import type { YamlReport } from './types';

export { isRelevantYaml } from './relevant';
export { YAML_RULES } from './rules/index';
export { COMPONENTS } from './components/index';
export type { YamlReport } from './types';

/**
 * What is set up in a YAML file. `measured` is of the workload that this file describes. Never throws for what is in
 * the text: a document that doesn't parse is left out.
 */
export function checkYaml(text: string, path: string, measured?: Measured): YamlReport {
  if (!isRelevantYaml(text)) return { file: path, findings: [], setUps: [], hovers: [] };
  const source = yamlText(text);
  const places = placesOf(source, path);
  const findings: Finding[] = [];
  for (const place of places) {
    // With several components in the file only a name says which of them was measured.
    const own =
      places.length === 1 || place.component.names.some((n) => measured?.of.includes(n) === true)
        ? measured
        : undefined;
    for (const rule of YAML_RULES) findings.push(...rule.check({ text, place, measured: own }));
  }
  return {
    file: path,
    findings: findings.sort((a, b) => a.start - b.start || a.end - b.end),
    setUps: places.flatMap((p) => setUpOf(p, path) ?? []),
    hovers: hoversOf(source, places),
  };
}
