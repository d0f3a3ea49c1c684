/** Available or away: the server remembers it, over a reload and for all of one's pages; what was chosen here last holds until it has heard it. */
import { beforeEach, describe, expect, it } from "vitest";
import { page } from "./page";

describe("presence", () => {
  let it_: ReturnType<typeof page>;
  const presence = () => it_.state().presence;
  const told = (word: "available" | "away") => it_.living.onFrame({ type: "presence", presence: word });
  const sentOnOpening = () => {
    it_.sent.length = 0;
    it_.living.onOpen();
    return it_.sent.filter(({ type }) => type === "presence");
  };

  beforeEach(async () => {
    it_ = page();
    await it_.app.session.begin();
  });

  it("is what the server says when the page is loaded, and nothing is said to it", () => {
    expect(sentOnOpening()).toEqual([]);
    told("away");
    expect(presence()).toBe("away");
    expect(sentOnOpening()).toEqual([]);
  });

  it("as chosen here holds against what comes from before, and is said again until it was heard", () => {
    it_.app.alerting.setPresence("away");
    told("available");
    expect(presence()).toBe("away");
    expect(sentOnOpening()).toEqual([{ type: "presence", presence: "away" }]);
    told("away");
    expect(sentOnOpening()).toEqual([]);
    told("available");
    expect(presence()).toBe("available");
  });

  it("is available for who has just logged in", async () => {
    it_.app.session.ended();
    await it_.app.session.logIn("budi@example.com", "secret");
    expect(sentOnOpening()).toEqual([{ type: "presence", presence: "available" }]);
    told("away");
    expect(presence()).toBe("available");
  });
});
