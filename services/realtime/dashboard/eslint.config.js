// @ts-check
/* What the linter demands, and the three rings: gateway -> state -> views, joined in main. */
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** @param {string[]} groups @param {string} message */
const forbid = (groups, message) => ({ "no-restricted-imports": ["error", { patterns: [{ group: groups, message }] }] });

export default tseslint.config(
  { ignores: ["dist", "node_modules"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  jsxA11y.flatConfigs.strict,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] }, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", 300],
      // Numbers in words and class names are wanted as they are.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => store.dispatch(...)` as an event handler says all there is to say.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // What is handed around are plain objects of closures; nothing uses `this`.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // The virtual list and the chat history scroll and take keys: they are tabbable on purpose.
      "jsx-a11y/no-noninteractive-tabindex": "off",
    },
  },
  { files: ["src/gateway/**"], rules: forbid(["**/state/**", "**/views/**", "**/words/**", "react"], "The gateway knows nothing of state, views or words.") },
  { files: ["src/state/**"], rules: forbid(["**/views/**", "react", "react-dom"], "State is pure: it knows the gateway's types, not the views.") },
  { files: ["eslint.config.js"], extends: [tseslint.configs.disableTypeChecked] },
);
