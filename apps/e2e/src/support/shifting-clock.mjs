// Loaded before a program by `--import`: at SIGUSR2 its clock goes a day forward, at the next one back.
const DAY_MS = 86_400_000;
const RealDate = Date;
let shiftMs = 0;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shiftMs);
    else super(...args);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
};

process.on('SIGUSR2', () => {
  shiftMs = shiftMs === 0 ? DAY_MS : 0;
});
