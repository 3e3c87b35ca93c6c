// Makes the wall clock of the program that it is loaded into jump: hours forth, and more hours back, with each look.
const now = Date.now;
let looks = 0;
Date.now = () => {
  looks += 1;
  return now() + (looks % 2 === 0 ? 5 : -7) * 3_600_000 * (looks % 5);
};
