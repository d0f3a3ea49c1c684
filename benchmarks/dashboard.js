/* What the benchmark sees from inside the page: when frames came, when what they brought was painted, and which tasks were long. */
(() => {
  const bench = { came: {}, painted: {}, long: [] };
  window.bench = bench;

  class TimedSocket extends WebSocket {
    constructor(...all) {
      super(...all);
      // Before the page's own handler: it is set later.
      this.addEventListener("message", ({ data }) => {
        const now = performance.now();
        const found = typeof data === "string" && data.startsWith('{"type":"event"') && /painted-(\d+)/u.exec(data);
        if (found) bench.came[found[1]] ??= now;
      });
    }
  }
  window.WebSocket = TimedSocket;

  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) bench.long.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });

  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  /** Resolves after the frame that is being made has been painted. */
  const painted = async () => {
    await frame();
    await new Promise((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = resolve;
      channel.port2.postMessage(0);
    });
  };

  bench.watch = () => {
    bench.watching = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          for (const [, number] of (node.textContent ?? "").matchAll(/painted-(\d+)/gu)) {
            if (bench.came[number] === undefined || bench.painted[number] !== undefined) continue;
            bench.painted[number] = 0;
            void painted().then(() => (bench.painted[number] = performance.now()));
          }
        }
      }
    });
    bench.watching.observe(document.querySelector('[data-keys="history"]'), { childList: true, subtree: true });
  };

  /** The first row in view that is not among these, and the words of its message. */
  bench.unopened = (opened) => {
    for (const link of document.querySelectorAll("[data-row]")) {
      const { top, bottom } = link.closest("li").getBoundingClientRect();
      const words = /words-\d+\./u.exec(link.textContent)?.[0];
      if (top >= 0 && bottom <= innerHeight && words !== undefined && !opened.includes(link.dataset.row)) return { id: link.dataset.row, words };
    }
    return null;
  };

  /** Milliseconds from the press of a row to the painting of its conversation's words. */
  bench.switchTo = async (id, words) => {
    const link = document.querySelector(`[data-row="${id}"]`);
    const began = performance.now();
    link.click();
    while (![...document.querySelectorAll("[data-text]")].some((bubble) => bubble.textContent.includes(words))) await frame();
    await painted();
    return performance.now() - began;
  };

  /** Scroll by so many pixels a frame until `done`, or for so long; returns the long tasks meanwhile and how long it took. */
  bench.scroll = async (selector, step, done, mostSeconds) => {
    const box = document.querySelector(selector);
    await painted();
    const began = performance.now();
    let still = 0;
    while (performance.now() - began < mostSeconds * 1000) {
      const before = box.scrollTop;
      box.scrollTop += step;
      await frame();
      // At the edge a page may be on its way.
      still = Math.abs(box.scrollTop - before) < 1 ? still + 1 : 0;
      if (still > 90 || (still > 0 && done !== "" && box.textContent.includes(done))) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { long: bench.long.filter(([start]) => start >= began).map(([, took]) => took), seconds: (performance.now() - began) / 1000, height: box.scrollHeight };
  };
})();
