/**
 * Makes a function remember its answer for each object, for as long as that object lives.
 *
 * Caching here hangs on the identity of objects: the facts of a process, its argv and the list of all processes are the same
 * objects from one snapshot to the next for as long as nothing in them has changed, and nobody changes them in place. So what is
 * computed from such an object alone is computed once. A copy (`{ ...facts }`) is another object and starts afresh.
 */
export function memoize<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const answers = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = { value: compute(key) };
      answers.set(key, answer);
    }
    return answer.value;
  };
}
