/** Adds a value to the set of a key. */
export function addTo<Value>(sets: Map<string, Set<Value>>, key: string, value: Value): void {
  const values = sets.get(key);
  if (values) values.add(value);
  else sets.set(key, new Set([value]));
}
