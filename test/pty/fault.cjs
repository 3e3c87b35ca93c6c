// Makes the program that it is loaded into fail some time after its start, where FAULT says.
const { Screen } = require('../../dist/blessed.js');

const faults = {
  painting: () => {
    const { draw } = Screen.prototype;
    let paintings = 0;
    Screen.prototype.draw = function (...lines) {
      paintings += 1;
      if (paintings === 3) throw new Error('cannot paint this');
      return draw.apply(this, lines);
    };
  },
  timer: () => {
    setTimeout(() => {
      throw new Error('nobody waits for this');
    }, 1500);
  },
  promise: () => {
    setTimeout(() => void Promise.reject(new Error('nobody catches this')), 1500);
  },
};

faults[process.env.FAULT]?.();
