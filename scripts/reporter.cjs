/**
 * Mocha's spec report, closed by the line machines look for: `N passed, N failed`. A test that passed at its second try only is
 * named with what the first one met: real processes on a busy machine may be late, and whatever else it was is a fault to find.
 */
const { reporters } = require("mocha");

module.exports = class SumReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.again = [];
    runner.on("retry", (test, error) => this.again.push(`${test.fullTitle()}: ${error.message}`));
  }

  epilogue() {
    super.epilogue();
    for (const line of this.again) process.stdout.write(`tried again: ${line}\n`);
    process.stdout.write(`${this.stats.passes} passed, ${this.stats.failures} failed\n`);
  }
};
