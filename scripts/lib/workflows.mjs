// Finds errors in .github that GitHub would report, without GitHub, so that a workflow's first check is not its first
// push.
import fs from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';

/** Folders that are not part of the repository: outputs of a run, and downloads. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', 'test-results']);
/** Types of a form's elements; all but markdown have an answer, so they need an id and a label. */
const PARTS = ['markdown', 'input', 'textarea', 'dropdown', 'checkboxes', 'upload'];

/**
 * All that is wrong in the workflows and issue templates below `root`, as "file: sentence"; none when all is well.
 * @param {string} root folder of a checkout
 * @returns {string[]}
 */
export function checkGithub(root) {
  const tree = new Tree(root);
  const found = [];
  const each = (folder, check) => {
    for (const file of tree.files.filter((f) => path.posix.dirname(f) === folder && /\.ya?ml$/.test(f))) {
      for (const problem of readYaml(fs.readFileSync(path.join(root, file), 'utf8'), (value) =>
        check(value, file, tree),
      ))
        found.push(`${file}: ${problem}`);
    }
  };
  each('.github/workflows', checkWorkflow);
  each('.github/ISSUE_TEMPLATE', (value, file) =>
    /\/config\.ya?ml$/.test(file) ? checkConfig(value) : checkForm(value),
  );
  return found;
}

/** The files of a checkout, `/` between folders, and the scripts of its package.json. */
class Tree {
  constructor(root) {
    this.root = root;
    this.files = [...walk(root, '')];
    this.folders = new Set(
      this.files.flatMap((f) =>
        f
          .split('/')
          .slice(0, -1)
          .map((_, i, parts) => parts.slice(0, i + 1).join('/')),
      ),
    );
    const manifest = path.join(root, 'package.json');
    this.scripts = fs.existsSync(manifest)
      ? Object.keys(JSON.parse(fs.readFileSync(manifest, 'utf8')).scripts ?? {})
      : [];
  }

  has(file) {
    const plain = file.replace(/^\.\//, '').replace(/\/$/, '');
    return plain === '' || plain === '.' || this.files.includes(plain) || this.folders.has(plain);
  }

  /** Whether a pattern of hashFiles or of `path:` matches a file. */
  matches(pattern) {
    const regex = globRegex(pattern.replace(/^\.\//, '').replace(/\/$/, '/**'));
    return this.files.some((f) => regex.test(f)) || this.has(pattern);
  }
}

function* walk(root, below) {
  for (const entry of fs.readdirSync(path.join(root, below), { withFileTypes: true })) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!entry.isDirectory()) yield name;
    else if (!LEFT_OUT.has(name)) yield* walk(root, name);
  }
}

/** Patterns as actions/glob reads them: `**` any folders, `*` and `?` within a name. */
function globRegex(pattern) {
  const body = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, (m) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[m]);
  return new RegExp(`^${body}$`);
}

function readYaml(text, check) {
  const doc = parseDocument(text);
  if (doc.errors.length > 0) return doc.errors.map((e) => e.message.split('\n')[0]);
  const value = doc.toJS();
  return isMap(value) ? check(value) : ['it is not a map of keys.'];
}

const isMap = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);

function checkWorkflow(workflow, file, tree) {
  const problems = [];
  // YAML 1.1 reads the key `on` as true; this parser keeps it as text.
  if (!('on' in workflow)) problems.push('it has no "on".');
  if (!isMap(workflow.jobs) || Object.keys(workflow.jobs).length === 0) return [...problems, 'it has no "jobs".'];
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const say = (text) => {
      problems.push(`job ${name}: ${text}`);
    };
    if (!isMap(job)) {
      say('it is not a map of keys.');
      continue;
    }
    for (const needed of [job.needs ?? []].flat())
      if (!(needed in workflow.jobs)) say(`it needs the job "${needed}", which is not there.`);
    if ('uses' in job) {
      checkUses(job.uses, say, tree, /\.ya?ml(@|$)/);
      if ('steps' in job || 'runs-on' in job) say('a job with "uses" has no steps and no runs-on of its own.');
      continue;
    }
    if (!('runs-on' in job)) say('it has neither "runs-on" nor "uses".');
    if (!Array.isArray(job.steps) || job.steps.length === 0) {
      say('it has no "steps".');
      continue;
    }
    job.steps.forEach((step, i) => {
      checkStep(
        step,
        (text) => {
          say(`step ${i + 1}${step?.name === undefined ? '' : ` (${step.name})`}: ${text}`);
        },
        tree,
      );
    });
  }
  for (const expression of JSON.stringify(workflow).match(/hashFiles\([^)]*\)/g) ?? []) {
    for (const [, pattern] of expression.matchAll(/'([^']+)'/g))
      if (!pattern.startsWith('!') && !tree.matches(pattern)) problems.push(`hashFiles('${pattern}') finds no file.`);
  }
  return problems;
}

function checkStep(step, say, tree) {
  if (!isMap(step)) {
    say('it is not a map of keys.');
    return;
  }
  if ('run' in step === 'uses' in step) {
    say('it needs one of "run" and "uses".');
    return;
  }
  if ('uses' in step) {
    checkUses(step.uses, say, tree);
    // Files that these two actions cache or upload may be created by the run; files that they read must be in the
    // repository.
    const files = [
      step.with?.['cache-dependency-path'],
      step.with?.['node-version-file'],
      step.with?.['go-version-file'],
    ].filter((v) => v !== undefined);
    for (const pattern of files.flatMap(lines)) if (!tree.matches(pattern)) say(`"${pattern}" finds no file.`);
    for (const pattern of lines(step.with?.path ?? ''))
      if (!outside(pattern) && !tree.matches(pattern)) say(`the path "${pattern}" finds no file.`);
  } else for (const problem of checkCommands(String(step.run), tree)) say(problem);
}

const lines = (text) =>
  String(text)
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '' && !l.startsWith('!'));
/** Paths of the machine, from an expression, or created by the run itself. */
const outside = (pattern) => /^(~|\/|\$)/.test(pattern) || LEFT_OUT.has(pattern.replace(/^\.\//, '').split('/')[0]);

/**
 * A local action must exist; one of another repository must name its version. `kind`: what a local one must look like.
 */
function checkUses(uses, say, tree, kind) {
  if (typeof uses !== 'string') {
    say('"uses" is not a text.');
    return;
  }
  if (uses.startsWith('./')) {
    const there = kind
      ? tree.files.includes(uses.slice(2))
      : ['action.yml', 'action.yaml'].some((f) => tree.files.includes(`${uses.slice(2)}/${f}`));
    if (!there) say(`"${uses}" is not there.`);
    else if (kind && !kind.test(uses)) say(`"${uses}" is no workflow.`);
  } else if (!uses.startsWith('docker://') && !/^[\w.-]+\/[\w./-]+@[\w./-]+$/.test(uses))
    say(`"${uses}" names no version: owner/name@v1.`);
}

/** Checks that the package.json scripts and the files that a `run` names exist. */
function checkCommands(run, tree) {
  const problems = [];
  const need = (name) => {
    if (!tree.scripts.includes(name)) problems.push(`package.json has no script "${name}".`);
  };
  for (const [, name] of run.matchAll(/\bnpm run (?:-\S+ )*([\w:-]+)/g)) need(name);
  for (const [, word] of run.matchAll(/\bnpm (test|start|t)\b/g)) need(word === 't' ? 'test' : word);
  for (const [, program, file] of run.matchAll(/\b(node|bash|sh) (?:--?[\w=-]+ )*((?:\.\/)?[\w.][\w./-]*)/g)) {
    // `node -e …` and `bash -c …` name no file.
    if (!tree.has(file)) problems.push(`${program} is given "${file}", which is not there.`);
  }
  return problems;
}

function checkForm(form) {
  const problems = ['name', 'description', 'body'].filter((key) => !form[key]).map((key) => `it has no "${key}".`);
  if (form.body === undefined) return problems;
  if (!Array.isArray(form.body)) return [...problems, '"body" is not a list.'];
  const ids = new Set();
  form.body.forEach((part, i) => {
    const say = (text) => {
      problems.push(`part ${i + 1}: ${text}`);
    };
    if (!isMap(part) || !PARTS.includes(part.type)) {
      say(`its type is none of ${PARTS.join(', ')}.`);
      return;
    }
    if (part.type === 'markdown') {
      if (!part.attributes?.value) say('it has no text (attributes.value).');
      return;
    }
    if (!part.attributes?.label) say('it has no label (attributes.label).');
    if (part.id === undefined) say('it has no id.');
    else if (!/^[\w-]+$/.test(part.id)) say(`its id "${part.id}" has other than letters, digits, - and _.`);
    else if (ids.has(part.id)) say(`its id "${part.id}" is another part's too.`);
    ids.add(part.id);
    if ((part.type === 'dropdown' || part.type === 'checkboxes') && !(part.attributes?.options?.length > 0))
      say('it has nothing to choose from (attributes.options).');
  });
  if (!form.body.some((part) => part?.type !== 'markdown')) problems.push('it asks for nothing.');
  return problems;
}

function checkConfig(config) {
  const problems =
    typeof config.blank_issues_enabled === 'boolean' ? [] : ['"blank_issues_enabled" is neither true nor false.'];
  for (const link of config.contact_links ?? [])
    for (const key of ['name', 'url', 'about']) if (!link?.[key]) problems.push(`a contact link has no "${key}".`);
  return problems;
}
