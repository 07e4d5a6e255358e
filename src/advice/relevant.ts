/** Whether a text is worth a look, asked of every Go and YAML text that is opened: by expressions alone, loading nothing else. */
import { isRelevant } from './go/relevant';
import { isRelevantYaml } from './yaml/relevant';

export function isRelevantText(text: string, path: string): boolean {
  return path.endsWith('.go') ? !path.endsWith('_test.go') && isRelevant(text) : isRelevantYaml(text, path);
}
