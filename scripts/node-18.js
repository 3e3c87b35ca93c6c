// What Node 18 lacks of ECMAScript 2023 (https://tc39.es/ecma262/2023/#sec-array.prototype.toreversed); the build puts it in front.
const missing = {
  toReversed() {
    return [...this].reverse();
  },
  toSorted(compare) {
    return [...this].sort(compare);
  },
  toSpliced(...change) {
    const copy = [...this];
    copy.splice(...change);
    return copy;
  },
  with(index, value) {
    const copy = [...this];
    if (index >= copy.length || index < -copy.length) throw new RangeError('Invalid index');
    copy[index < 0 ? copy.length + index : index] = value;
    return copy;
  },
};
for (const [name, value] of Object.entries(missing)) {
  if (!(name in Array.prototype))
    Object.defineProperty(Array.prototype, name, { value, writable: true, configurable: true });
}
