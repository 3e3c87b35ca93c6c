import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

function schemaIn(file: string): object {
  return JSON.parse(readFileSync(new URL(`../../schema/${file}`, import.meta.url), 'utf8'));
}

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
ajv.addFormat('date-time', /^(?:[+-]\d\d)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
ajv.addSchema(schemaIn('list.json'), 'list.json');
const validators = { list: ajv.compile(schemaIn('list.json')), hosts: ajv.compile(schemaIn('list-hosts.json')) };

/** What of a document is not as the schema that is shipped says, one line each. */
export function schemaProblems(document: unknown, schema: keyof typeof validators = 'list'): readonly string[] {
  const validate = validators[schema];
  if (validate(document)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
