/** Mocha's spec report, closed by the line machines look for: `N passed, N failed`. */
const { reporters } = require("mocha");

module.exports = class SumReporter extends reporters.Spec {
  epilogue() {
    super.epilogue();
    process.stdout.write(`${this.stats.passes} passed, ${this.stats.failures} failed\n`);
  }
};
