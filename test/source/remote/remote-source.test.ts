import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { factRequests } from '../../../src/servers/registry.ts';
import { RemoteSource } from '../../../src/source/remote/remote-source.ts';
import { makeFolder } from '../../helpers/folder.ts';

const PATH = process.env['PATH'];
let folder: string;

beforeEach(() => {
  folder = makeFolder('remote-source');
  process.env['PATH'] = `${folder}:${PATH}`;
});
afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true });
});

it('a password that ssh would need to connect again is told, with what to do', async () => {
  // It asks at the start, and may not later.
  const script = `case " $* " in
    *BatchMode=yes*) echo 'deploy@vps1: Permission denied (publickey,password).' >&2; exit 255 ;;
  esac
  exec sh`;
  writeFileSync(join(folder, 'ssh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const source = new RemoteSource({ destination: 'vps1', sudo: false, mayAsk: false }, factRequests);
  const hints = { memoryBudget: 0, prefer: new Set<number>(), watch: new Set<number>(), listeners: new Set<number>() };
  await source.open(true);
  source.connection?.line.close();
  await expect(source.read(hints)).rejects.toThrow('vps1: it was closed');
  await expect(source.read(hints)).rejects.toThrow(
    /^vps1: deploy@vps1: Permission denied \(publickey,password\)\. ssh asks for a password only at the start: quit and start again$/,
  );
});
