/**
 * Makes a function remember its answer for each object, for as long as that object lives. Sources give the same object
 * for facts, argv and lists of processes that have not changed since the last snapshot, and never change one in place.
 * So what depends on such an object alone is computed once. A copy (`{ ...facts }`) is another object and is computed
 * anew.
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
