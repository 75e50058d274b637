/** Whom a request comes from: nobody is believed but a listed proxy. */
import assert from "node:assert/strict";
import { trustedProxiesFromEnv } from "../../src/env.ts";
import { ClientAddresses, countedAs, plainAddress } from "../../src/limits/client-addresses.ts";
import { Ranges } from "../../src/limits/settings.ts";

const from = (remoteAddress: string | undefined, forwarded?: string) => ({
  socket: { remoteAddress },
  headers: { ...(forwarded !== undefined && { "x-forwarded-for": forwarded }), "x-real-ip": "6.6.6.6" },
});

describe("the address of a client", () => {
  const addresses = new ClientAddresses(["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]);

  it("[LIM2] is the connection's own, whatever its headers say", () => {
    assert.equal(addresses.of(from("203.0.113.5", "1.2.3.4")), "203.0.113.5");
    assert.equal(addresses.of(from("::ffff:203.0.113.5", "10.1.1.1")), "203.0.113.5");
    assert.equal(addresses.of(from(undefined, "1.2.3.4")), undefined);
    assert.equal(new ClientAddresses([]).of(from("127.0.0.1", "1.2.3.4")), "127.0.0.1");
  });

  it("[LIM2] behind listed proxies it is the last hop that is none of them", () => {
    const cases: readonly [string, string | undefined, string][] = [
      ["10.0.0.1", "1.2.3.4", "1.2.3.4"],
      ["10.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4"],
      ["::ffff:10.0.0.1", "9.9.9.9, 1.2.3.4, 10.7.7.7", "1.2.3.4"],
      ["192.0.2.7", "1.2.3.4:5678", "1.2.3.4"],
      ["2001:db8::1", "[2001:470::5]:443", "2001:470::5"],
      ["10.0.0.1", "1.2.3.4, nonsense", "10.0.0.1"],
      ["10.0.0.1", "10.0.0.9", "10.0.0.9"],
      ["10.0.0.1", undefined, "10.0.0.1"],
      ["10.0.0.1", "", "10.0.0.1"],
    ];
    for (const [remote, forwarded, expected] of cases)
      assert.equal(addresses.of(from(remote, forwarded)), expected, `${remote} ${forwarded}`);
  });

  it("[LIM2] is what games are told, and no header that anybody may have written", () => {
    const request = from("203.0.113.5", "1.2.3.4");
    addresses.stamp(request);
    assert.deepEqual(request.headers, { "x-forwarded-for": "203.0.113.5" });
    assert.equal(addresses.of(request), "203.0.113.5");
  });

  it("[LIM2] reads addresses as proxies write them, and nothing else", () => {
    assert.equal(plainAddress("fe80::1%eth0"), "fe80::1");
    for (const text of ["", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "example.com:80"])
      assert.equal(plainAddress(text), undefined, text);
  });

  it("[LIM2] of IPv6 the first 64 bits count as one", () => {
    assert.equal(countedAs("1.2.3.4"), "1.2.3.4");
    assert.equal(countedAs("2001:db8:1:2:3:4:5:6"), countedAs("2001:0DB8:1:2::9"));
    assert.equal(countedAs("2001:db8::1"), "2001:db8:0:0::/64");
    assert.equal(countedAs("::1"), "0:0:0:0::/64");
    assert.notEqual(countedAs("2001:db8:1:2::1"), countedAs("2001:db8:1:3::1"));
  });

  it("[LIM2] ranges have their ends, and TRUSTED_PROXIES is checked", () => {
    const ranges = new Ranges(["192.168.0.0/30", "::1"]);
    assert.deepEqual(
      ["192.168.0.3", "192.168.0.4", "::1", "::2", "nonsense"].map((address) => ranges.has(address)),
      [true, false, true, false, false],
    );
    assert.deepEqual(trustedProxiesFromEnv({ TRUSTED_PROXIES: " 10.0.0.0/8, ::1" }), ["10.0.0.0/8", "::1"]);
    assert.deepEqual(trustedProxiesFromEnv({}), []);
    for (const text of ["proxy.local", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8"])
      assert.throws(() => trustedProxiesFromEnv({ TRUSTED_PROXIES: text }), /TRUSTED_PROXIES: .* expected, ".*" got/);
  });
});
