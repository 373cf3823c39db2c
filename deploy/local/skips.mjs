// What a run of the tests may leave out. A test that only runs when it is asked for names the variable that asks for it.

const ASKED_FOR = /HERO_LOGIC_TEST_[A-Z]+=/;

/** The skipped tests that make a run of CI fail, by name; on other machines none does. */
export function unwantedSkips(names, isCi) {
  return isCi ? names.filter((name) => !ASKED_FOR.test(name)) : [];
}
