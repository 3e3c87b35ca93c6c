import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Descriptions of terminals that blessed falls back on where the machine has none. */
const terminals = ['xterm', 'xterm-256color', 'linux', 'windows-ansi'];

/** Replaces a part of a file. @throws Error where it is not there: another version of blessed needs another look */
function replaced(file: string, text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  return text.replaceAll(from, to);
}

/** The widgets that are used, by the screen and by the canvas. All others would be loaded at the start. */
const used = ['Node', 'Screen', 'Element', 'Box'];

/** Widgets are loaded by names made up at run time; a bundle needs to see them. */
function widgets(file: string, text: string): string {
  const [all = 'classes'] = /classes = \[[^\]]*\]/.exec(text) ?? [];
  const table = used.map((name) => `'${name.toLowerCase()}': () => require('./widgets/${name.toLowerCase()}')`);
  const few = replaced(file, text, all, `classes = ${JSON.stringify(used)}`);
  return replaced(file, few, "require('./widgets/' + file)", `({ ${table.join(', ')} })[file]()`);
}

/** The descriptions of terminals are files beside blessed's own; in a bundle they are part of it. */
function terminfo(file: string, text: string): string {
  const usr = join(dirname(file), '..', 'usr');
  const table = terminals.map((name) => `'${name}': '${readFileSync(join(usr, name)).toString('base64')}'`);
  const reading = 'data = fs.readFileSync(file);';
  const builtIn = `var builtIn = file.indexOf('/built-in/') === 0 ? ({ ${table.join(', ')} })[path.basename(file)] : null;
  data = builtIn ? Buffer.from(builtIn, 'base64') : fs.readFileSync(file);`;
  const inside = replaced(file, replaced(file, text, reading, builtIn), "__dirname + '/../usr/", "'/built-in/");
  return lazy(file, replaced(file, inside, "require('assert')", ASSERT));
}

/** Node's own takes longer to load than all that it is used for here. */
const ASSERT = `(function() {
  function assert(isTrue) { if (!isTrue) throw new Error('not a description of a terminal'); }
  assert.equal = function(a, b) { assert(a === b); };
  return assert;
})()`;

/**
 * blessed makes a function of each of some 400 capabilities of a terminal, of which a dashboard uses twenty: each is
 * made when it is first called. That is 20 ms of the start.
 */
function lazy(file: string, text: string): string {
  const compiling = 'info.methods[key] = self._compile(info, key, info.all[key]);';
  const later = `var made = null;
      info.methods[key] = typeof info.all[key] !== 'string' || !info.all[key] || /_file$/.test(key)
        ? self._compile(info, key, info.all[key])
        : function(args) {
            made = made || self._compile(info, key, info.all[key]);
            return made.call(this, args);
          };`;
  return replaced(file, text, compiling, later);
}

/**
 * blessed asks tmux for its version, synchronously and without a limit. tmux may wait for a home that does not answer.
 * blessed only needs to know whether the version is 2 or newer, which every tmux since 2016 is.
 */
function program(file: string, text: string): string {
  return replaced(file, text, 'if (!self.tmux) return 2;', 'return 2;');
}

const patches: Readonly<Record<string, (file: string, text: string) => string>> = {
  'widget.js': widgets,
  'tput.js': terminfo,
  'program.js': program,
};

/** Makes blessed one that can be bundled: it finds parts of itself by paths of its own folder. */
export const blessed: Plugin = {
  name: 'blessed',
  setup: ({ onLoad, onResolve }) => {
    onLoad({ filter: /\/node_modules\/blessed\/lib\/(?:widget|tput|program)\.js$/ }, ({ path }) => {
      const patch = patches[basename(path)];
      const text = readFileSync(path, 'utf8');
      return { contents: patch === undefined ? text : patch(path, text), loader: 'js' };
    });
    // Terminals within the terminal need these; they are not installed, and no such widget is used.
    onResolve({ filter: /^(?:term|pty)\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};
