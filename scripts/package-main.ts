import { mkdirSync } from 'node:fs';
import { makeDeb } from './package/deb.ts';
import { makeExecutable } from './package/executable.ts';
import { makeInstaller } from './package/installer.ts';
import { ARTIFACTS } from './package/paths.ts';

// Makes what is released besides the npm package: `npm run artifacts`, or one of them by its name. It needs `dist`.

const makers: Readonly<Record<string, () => string>> = {
  deb: makeDeb,
  executable: makeExecutable,
  installer: makeInstaller,
};

const [, , ...wanted] = process.argv;
mkdirSync(ARTIFACTS, { recursive: true });
for (const name of wanted.length > 0 ? wanted : Object.keys(makers)) {
  const make = makers[name];
  if (make === undefined) throw new Error(`there is no ${name}, only ${Object.keys(makers).join(', ')}`);
  process.stdout.write(`${make()}\n`);
}
