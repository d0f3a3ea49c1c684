/** As large as what is on its way, so that nothing jumps when it comes. */
import { useWords } from "../../context";
import css from "./Analytics.module.css";

export function Skeleton() {
  const words = useWords();
  return (
    <div className={css.body} aria-busy="true">
      <p className="visually-hidden" role="status">
        {words.loading}
      </p>
      <div className={css.tiles} aria-hidden>
        {[1, 2, 3, 4].map((tile) => (
          <div key={tile} className={css.ghostTile} />
        ))}
      </div>
      <div className={css.ghostChart} aria-hidden />
    </div>
  );
}
