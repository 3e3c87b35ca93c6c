import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { allCommands } from '../../src/cli/commands.ts';
import { optionHelps } from '../../src/cli/options.ts';

const given = (...argv: readonly string[]) => parseCommandLine(argv).given;
const operands = (...argv: readonly string[]) => parseCommandLine(argv).operands;

describe('an operand of scale', () => {
  it.each(['-1', '+1', '-12', '3', '-0', '-'])('%s is not taken for an option', (count) => {
    expect(operands('scale', 'shop', count)).toEqual(['shop', count]);
    expect(operands('scale', '--dry-run', 'shop', count, '--json')).toEqual(['shop', count]);
    expect(operands('scale', 'shop', '--', count)).toEqual(['shop', count]);
  });

  it('may look like an option where it stands behind --', () => {
    expect(operands('scale', '--', '--json', '-d')).toEqual(['--json', '-d']);
  });
});

describe('an option', () => {
  it.each([['-d2'], ['-d=2'], ['-d', '2'], ['--delay=2'], ['--delay', '2']])('is read from %j %j', (...words) => {
    expect(given(...words)).toEqual({ delay: 2 });
  });

  it('may have a value that looks like an option', () => {
    expect(given('--filter', '-1')).toEqual({ filter: '-1' });
    expect(given('-f=a=b')).toEqual({ filter: 'a=b' });
    expect(given('--filter=')).toEqual({ filter: '' });
  });

  it('counts as given the last time', () => {
    expect(given('-d', '2', '--delay=3')).toEqual({ delay: 3 });
  });

  it('may stand before its command and after', () => {
    expect(parseCommandLine(['--json', 'list'])).toEqual(parseCommandLine(['list', '--json']));
  });

  it.each([
    ['--dealy', 'did you mean --delay?'],
    ['--no-colour', 'did you mean --no-color?'],
    ['--readonly', 'did you mean --read-only?'],
    ['--quite-another', 'workertop --help lists them'],
  ])('that is unknown, %s, is answered with: %s', (word, hint) => {
    expect(() => parseCommandLine([word])).toThrow(`unknown option ${word}: ${hint}`);
  });
});

it.each([
  ['lsit', 'did you mean list?'],
  ['scael', 'did you mean scale?'],
  ['gunicorn', 'workertop --help lists them'],
])('an unknown command, %s, is answered with: %s', (word, hint) => {
  expect(() => parseCommandLine([word])).toThrow(`unknown command ${word}: ${hint}`);
});

it('each option is taken by the commands that the help names, and by no other', () => {
  for (const { long, value, completion, commands } of optionHelps.slice(0, -2)) {
    const written: Readonly<Record<string, string>> = {
      SECONDS: '2',
      ADDRESS: '127.0.0.1:9786',
      TIME: '10m',
      PERCENT: '5%',
      N: '2',
      PERIOD: '7d',
    };
    const example = Array.isArray(completion) ? completion[0] : (written[value ?? ''] ?? '2M');
    const option = value === null ? `--${long}` : `--${long}=${example}`;
    for (const command of allCommands.filter(({ name }) => name !== 'help' && name !== 'version')) {
      const argv = [...(command.name === 'top' ? [] : [command.name]), ...command.operands.map(() => '1'), option];
      if (commands.includes(command)) expect(parseCommandLine(argv).command).toBe(command.name);
      else expect(() => parseCommandLine(argv)).toThrow(`--${long} does not apply to`);
    }
  }
});

it('--help comes before --version, and both before what is asked for', () => {
  expect(parseCommandLine(['-V', '-h', 'list', 'what']).command).toBe('help');
  expect(parseCommandLine(['list', '--version']).command).toBe('version');
});
