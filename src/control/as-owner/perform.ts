import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { errorCode } from '../../text/errno.ts';
import type { Outcome } from '../outcome.ts';
import { environmentFor } from './environment.ts';
import type { Errand } from './errand.ts';
import { closeInherited } from './inherited.ts';
import { become, type Inside, lookInto, type Owner, ownerOf } from './owner.ts';
import { checkDirectory, findProgram, type Grounds } from './program.ts';
import { runProgram } from './run-program.ts';
import { follow, followOwn, O_PATH, Refused } from './trust.ts';
import { type Users, usersFor } from './users.ts';

type Server = Owner & Inside;

/** Performs the checked errand. */
type Perform = () => Outcome | Promise<Outcome>;

/**
 * Becomes the owner of the server for good, and then checks every path of the errand, with the owner's rights.
 * @throws Refused with the reason
 */
export function prepare(errand: Errand): Perform {
  closeInherited();
  const owner = ownerOf(errand.pid);
  const users = usersFor(owner.uid);
  // Root may look into a daemon that has given up root's ids, and its own user may not. In a container it may be the
  // other way round.
  const before = lookInto(owner, errand.startTicks);
  become(owner, users.trust.nameOf);
  const inside = before ?? lookInto(owner, errand.startTicks);
  if (inside === null) throw new Refused(`${owner.pid} may not be looked into: nothing is done in its name.`);
  const server = { ...owner, ...inside };
  return errand.kind === 'write' ? prepareWrite(errand, server, users) : prepareRun(errand, server, users);
}

function prepareRun({ command, cwd }: Errand & { kind: 'run' }, owner: Server, users: Users): Perform {
  const { trust } = users;
  const root = openSync('/', O_PATH | constants.O_DIRECTORY);
  const { program: name, directories = [], environment = {}, variables = [] } = command;
  // Paths in a container differ from ours: nothing of it can be run from here.
  if (!isSame(root, owner.root)) throw new Refused(`${owner.pid} is in a container. Run this there: ${name}`);
  const grounds: Grounds = { trust, root, seenFrom: owner.root, path: owner.environment.get('PATH') ?? '' };
  try {
    if (cwd === null)
      throw new Refused(`The working directory of ${owner.pid} is unknown, and its command may depend on it.`);
    const place = checkDirectory(cwd, grounds);
    if (owner.cwd === null || !isSame(place.descriptor, owner.cwd))
      throw new Refused(`The working directory of ${owner.pid} does not exist any more: ${cwd}.`);
    // Root runs nothing that a program of another user asks for.
    if (owner.uid === 0) checkDirectory(dirname(owner.exe ?? ''), grounds);
    for (const directory of directories) checkDirectory(resolve(cwd, directory), grounds);
    const { path, searched } = findProgram(command, grounds);
    const env = environmentFor({
      server: owner.environment,
      variables,
      given: environment,
      user: users.name,
      home: users.home,
      path: searched,
      isOwn: (directory) => isOwn(directory, grounds),
    });
    const args = command.args.map((arg) => arg.replaceAll('%h', hostname()));
    return () => runProgram(path, args, place.path, env);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused(`${name} was not run as ${users.name}: ${error.message}`);
  }
}

function isOwn(path: string, { trust, root }: Grounds): boolean {
  try {
    return followOwn(path, trust, { root }).stats.isDirectory();
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** Writes to a FIFO. It never waits, never makes a file, and writes to the file that was checked, by its descriptor. */
function prepareWrite({ path, text }: Errand & { kind: 'write' }, owner: Server, { trust, name }: Users): Perform {
  const found = follow(path, trust, { root: owner.root, sticky: true });
  if (!found.stats.isFIFO()) throw new Refused(`${path} is not a FIFO: nothing was written.`);
  if (found.stats.uid !== owner.uid)
    throw new Refused(`${path} belongs to ${trust.nameOf(found.stats.uid)}, not to ${name}: nothing was written.`);
  return () => {
    let descriptor: number;
    try {
      descriptor = openSync(`/proc/self/fd/${found.descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      const code = errorCode(error) ?? error;
      if (code === 'ENXIO') return `Nobody reads ${path}: its master has ended.`;
      return `${path} cannot be written to by ${name}: ${code}`;
    }
    writeSync(descriptor, text);
    return null;
  };
}

function isSame(first: number, second: number): boolean {
  const [a, b] = [fstatSync(first), fstatSync(second)];
  return a.dev === b.dev && a.ino === b.ino;
}
