import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { describe, expect, test } from 'vitest';

/**
 * The linter refuses imports that biome.json does not allow. It does not see every form of import, nor that a new
 * folder has no rule. These tests read the same table and look at all of them.
 */

interface Override {
  readonly includes: readonly string[];
  readonly linter: {
    readonly rules: {
      readonly style: {
        readonly noRestrictedImports?: {
          readonly options: { readonly patterns: readonly { readonly group: readonly string[] }[] };
        };
      };
    };
  };
}

const { overrides }: { readonly overrides: readonly Override[] } = JSON.parse(readFileSync('biome.json', 'utf8'));
const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name}`)
  .sort();
const sources = new Map(files.map((file) => [file, withoutComments(readFileSync(file, 'utf8'))]));

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** Whether a path matches a glob of `*` (within a folder) and `**` (any depth). */
function matchesGlob(path: string, glob: string): boolean {
  const pattern = glob
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^/]*'));
  return new RegExp(`^${pattern}$`).test(path);
}

/** What a file may import, as patterns from the repository's root or names of packages; null without a rule. */
function allowedFor(file: string): readonly string[] | null {
  // Of several rules the linter takes the last that matches.
  const rule = overrides.findLast(
    ({ includes, linter }) =>
      linter.rules.style.noRestrictedImports !== undefined && includes.some((glob) => matchesGlob(file, glob)),
  );
  const patterns = rule?.linter.rules.style.noRestrictedImports?.options.patterns ?? null;
  if (patterns === null) return null;
  return patterns.flatMap(({ group }) =>
    group.filter((pattern) => pattern.startsWith('!')).map((pattern) => resolved(file, pattern.slice(1))),
  );
}

function resolved(file: string, specifier: string): string {
  return specifier.startsWith('.') ? join(dirname(file), specifier) : specifier;
}

/** Every specifier of a file: of imports, re-exports, dynamic imports, types in place, and `require`. */
function specifiersOf(source: string): readonly string[] {
  const forms = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire(?:\.resolve)?\s*\(\s*)(['"`])([\w@./:-]+)\1/g;
  return [...source.matchAll(forms)].map(([, , specifier = '']) => specifier);
}

describe('imports', () => {
  test('every file of src has a rule that says what it may import', () => {
    expect(files.filter((file) => allowedFor(file) === null)).toEqual([]);
  });

  test.each(files)('%s imports only what its folder may', (file) => {
    const allowed = allowedFor(file) ?? [];
    const refused = specifiersOf(sources.get(file) ?? '').filter((specifier) => {
      const target = resolved(file, specifier);
      return !allowed.some((pattern) => matchesGlob(target, pattern));
    });
    expect(refused).toEqual([]);
  });

  test('the test sees each form of import', () => {
    const source = [
      `import { a } from './a.ts';`,
      `export * from './b.ts';`,
      `import './c.ts';`,
      `const d = await import('./d.ts');`,
      `type E = import('./e.ts').E;`,
      `const f = createRequire(import.meta.url)('f'); require('./g.cjs');`,
    ].join('\n');
    expect(specifiersOf(source)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './g.cjs']);
  });
});

/** What stands in one place only, so that whoever looks for it finds all of it. */
const places: readonly { readonly what: string; readonly pattern: RegExp; readonly files: readonly string[] }[] = [
  {
    what: 'blessed is imported',
    pattern: /['"]blessed(?:-contrib)?['"]/,
    files: ['src/view/braille.ts', 'src/view/screen.ts'],
  },
  {
    what: 'process.exit is called',
    pattern: /\bprocess\s*(?:\?\.|\.)\s*(?:exit|reallyExit|abort)\b|\bprocess\[|\b(?:exit|reallyExit)\s*\(/,
    files: ['src/cli.ts'],
  },
  {
    what: 'process.kill is called',
    pattern: /\bprocess\s*(?:\?\.|\.)\s*(?:kill|_kill)\b|\bkill\b[^;\n]*\}\s*=\s*process\b|\bkill\s*\(\s*[^()'"]+,/,
    files: ['src/control/kill.ts'],
  },
  {
    what: 'process.exitCode is set',
    pattern: /\bprocess\s*(?:\?\.|\.)\s*exitCode\s*=/,
    files: [],
  },
  {
    what: 'process, vm or cluster is imported',
    pattern: /(?:from|import\(?)\s*['"](?:node:)?(?:process|vm|cluster)['"]/,
    files: ['src/code-cache.ts'],
  },
  { what: 'Reflect is used', pattern: /\bReflect\b/, files: [] },
  { what: 'import.meta is read', pattern: /\bimport\.meta\b/, files: ['src/cli/beside.ts'] },
  { what: 'createRequire is used', pattern: /\bcreateRequire\b/, files: ['src/code-cache.ts'] },
  { what: 'code is made of text', pattern: /\beval\s*\(|\bnew Function\b/, files: [] },
];

/** Folders whose figures depend on their arguments alone. */
const pure =
  /^src\/(?:snapshot\.ts|probes\.ts|text\/|servers\/|recognise\/|model\/|state\/|view\/(?!screen|braille)|output\/)/;

describe('what stands in one place', () => {
  test.each(places)('$what in $files alone', ({ pattern, files: allowed }) => {
    expect(files.filter((file) => pattern.test(sources.get(file) ?? ''))).toEqual(allowed);
  });

  test('pure folders read no clock and no chance', () => {
    const impure =
      /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\b|\bMath\.random\b|\bcrypto\b|\bglobalThis\b/;
    expect(files.filter((file) => pure.test(file) && impure.test(sources.get(file) ?? ''))).toEqual([]);
  });

  test.each([
    ['process.exit is called', 'process.exit(1);'],
    ['process.exit is called', 'const { exit } = process; exit(1);'],
    ['process.exit is called', 'const p = process; p.exit(1);'],
    ['process.kill is called', "process.kill(pid, 'SIGTERM');"],
    ['process.kill is called', "const { kill: send } = process; send(pid, 'SIGTERM');"],
    ['process.kill is called', "const p = process; p.kill(pid, 'SIGTERM');"],
    ['Reflect is used', "Reflect.get(process, 'kill')(pid);"],
  ])('the rule “%s” sees: %s', (what, source) => {
    expect(places.find((place) => place.what === what)?.pattern.test(source)).toBe(true);
  });
});
