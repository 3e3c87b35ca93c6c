/** Characters that a TOML string must escape, or that must not reach a terminal. */
const unsafe = /["\\\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu;

/** A line `key = value` of a TOML file: https://toml.io/en/v1.0.0#string */
export function tomlLine(key: string, value: string | number | boolean | readonly string[]): string {
  return `${key} = ${tomlValue(value)}`;
}

function tomlValue(value: string | number | boolean | readonly string[]): string {
  if (typeof value === 'string') return tomlString(value);
  return Array.isArray(value) ? `[${value.map(tomlString).join(', ')}]` : String(value);
}

function tomlString(text: string): string {
  const escaped = text.replace(unsafe, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
  });
  return `"${escaped}"`;
}
