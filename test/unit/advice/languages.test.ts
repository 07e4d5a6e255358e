import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRelevantText, isSource, languageOf, LANGUAGES } from '../../../src/advice/languages';

const manifest = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8')) as {
  readonly activationEvents: readonly string[];
};

describe('the languages of sources', () => {
  it('activate the extension', () => {
    const events = manifest.activationEvents.filter((e) => e.startsWith('onLanguage:'));
    expect(events).toEqual(LANGUAGES.flatMap((l) => l.editorIds.map((id) => `onLanguage:${id}`)));
  });

  it.each([
    ['/m/main.go', 'go', true],
    ['/m/main_test.go', 'go', false],
    ['/m/go.mod', 'go.mod', true],
    ['/m/go.sum', undefined, false],
    ['/m/values.yaml', 'yaml', true],
    ['/m/templates/_helpers.tpl', 'yaml', true],
    ['/m/README.md', undefined, false],
  ])('%s', (file, name, source) => {
    expect(languageOf(file)?.name).toBe(name);
    expect(isSource(file)).toBe(source);
  });

  it('tell without parsing what is worth a look', () => {
    expect(isRelevantText('import "k8s.io/client-go/rest"', '/m/a.go')).toBe(true);
    expect(isRelevantText('import "k8s.io/client-go/rest"', '/m/a_test.go')).toBe(false);
    expect(isRelevantText('import "fmt"', '/m/a.go')).toBe(false);
    expect(isRelevantText('require k8s.io/client-go v0.37.0', '/m/go.mod')).toBe(true);
    expect(isRelevantText('- --kube-api-qps=5', '/m/a.yaml')).toBe(true);
  });
});
