// What looks.py asks of a page, as one expression that is evaluated in it.
() => {
  const name = (el) => {
    const words = (el.getAttribute("aria-label") ?? el.textContent ?? "").trim().slice(0, 40);
    return `<${el.tagName.toLowerCase()} ${String(el.className?.baseVal ?? el.className ?? "").slice(0, 60)}> ${words}`;
  };

  const isUnseen = (el) => {
    if (!el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return true;
    for (let up = el; up !== null; up = up.parentElement) if (getComputedStyle(up).clipPath === "inset(50%)" || up.inert) return true;
    return false;
  };

  const ownText = (el) => [...el.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");

  // How the words of an element are cut by what they stand in, or undefined.
  function howCut(el) {
    const range = document.createRange();
    range.selectNodeContents(el);
    const said = range.getBoundingClientRect();
    if (said.width === 0) return undefined;
    for (let up = el; up !== null && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.display === "inline") continue;
      // What scrolls, or says by an ellipsis that there is more, may hold more than it shows.
      if (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none") return undefined;
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) return undefined;
      const box = up.getBoundingClientRect();
      if (style.overflowX !== "visible" && (said.right > box.right + 1 || said.left < box.left - 1)) return "cut sideways";
      if (style.overflowY !== "visible" && (said.bottom > box.bottom + 4 || said.top < box.top - 4)) return "cut above or below";
    }
    return said.right > document.documentElement.clientWidth + 1 || said.left < -1 ? "out of the window" : undefined;
  }

  // Text that nobody can read to its end.
  function cut() {
    const wide = document.documentElement.clientWidth;
    const wrong = [];
    const { scrollWidth } = document.scrollingElement;
    if (scrollWidth > wide + 1) wrong.push(`the page is ${scrollWidth} wide, the window ${wide}`);
    for (const el of document.querySelectorAll("body *")) {
      if (!ownText(el) || el.closest("svg, option, textarea") !== null || isUnseen(el)) continue;
      const size = parseFloat(getComputedStyle(el).fontSize);
      if (size < 12) wrong.push(`${size} px: ${name(el)}`);
      const how = howCut(el);
      if (how !== undefined) wrong.push(`${how}: ${name(el)}`);
    }
    return wrong;
  }

  // What is pressed with a thumb: links within running text excepted (WCAG 2.5.8), choices measured with their label.
  function small() {
    const wrong = [];
    const pressed = "a[href], button, input, select, textarea, summary, [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox], [role=option]";
    for (const el of document.querySelectorAll(pressed)) {
      if (isUnseen(el) || el.disabled || el.closest("article a, p a, [aria-hidden=true]") !== null) continue;
      const whole = /checkbox|radio/.test(el.type ?? "") ? (el.closest("label") ?? el) : el;
      const { width, height } = whole.getBoundingClientRect();
      if (width > 0 && (width < 43.5 || height < 43.5)) wrong.push(`${Math.round(width)} x ${Math.round(height)}: ${name(el)}`);
    }
    return wrong;
  }

  const isFramed = (el) => {
    if (el === null || el === undefined) return false;
    const style = getComputedStyle(el);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };

  // Where the focus is: whether it is seen, and whether something covers it.
  function focus() {
    const el = document.activeElement;
    if (el === null || el === document.body) return null;
    const box = (/checkbox|radio/.test(el.type ?? "") ? (el.closest("label") ?? el) : el).getBoundingClientRect();
    const isInside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2);
    const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 1), innerHeight - 2);
    const top = document.elementFromPoint(x, y);
    const isFree = top !== null && (el.contains(top) || top.contains(el));
    const frames = [el, el.parentElement, el.parentElement?.parentElement, el.nextElementSibling];
    return { name: name(el), isInside, isFree, isFramed: frames.some(isFramed), key: `${name(el)} ${Math.round(box.left)} ${Math.round(box.top)}` };
  }

  // What still moves for longer than a frame.
  function moving() {
    const longest = (text) => Math.max(...text.split(",").map((part) => parseFloat(part) * (part.trim().endsWith("ms") ? 1 : 1000)));
    return [...document.querySelectorAll("body *")]
      .filter((el) => el.checkVisibility())
      .filter((el) => longest(getComputedStyle(el).transitionDuration) > 16 || longest(getComputedStyle(el).animationDuration) > 16)
      .map(name);
  }

  async function violations(rules) {
    const asked = { contrast: { runOnly: ["color-contrast"] }, "but contrast": { rules: { "color-contrast": { enabled: false } } } };
    const { violations: found } = await axe.run(document, { resultTypes: ["violations"], ...asked[rules] });
    // A menu's popup belongs to its button, wherever in the document it is; landmarks are for the page beneath it.
    const isPopup = ({ target }) => document.querySelector(target[0])?.closest("[data-base-ui-portal]") !== null;
    return found.flatMap(({ id, nodes }) => nodes.filter((node) => id !== "region" || !isPopup(node)).map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary.split("\n")[1]}`));
  }

  return { cut, small, focus, moving, violations };
}
