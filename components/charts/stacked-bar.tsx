"use client";

import { useFormatter } from "next-intl";
import { Bar, BarChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

export type BarPart = {
  key: string;
  label: string;
  value: number;
  color: string;
  onSelect?: () => void;
};

const barHeight = 22;

/**
 * One horizontal stacked bar; `total` fills the whole width. It is for the eye and the pointer:
 * whoever renders it also says the same in text, with links for the keyboard.
 */
export function StackedBar({ parts, total }: { parts: BarPart[]; total: number }) {
  const datum = Object.fromEntries(parts.map(({ value }, index) => [`part${index}`, value]));
  return (
    <div aria-hidden="true" style={{ height: barHeight }}>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 22 }}>
        <BarChart
          layout="vertical"
          data={[{ ...datum, name: "" }]}
          barSize={barHeight}
          margin={{ top: 0, right: 0, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <XAxis type="number" hide domain={[0, Math.max(1, total)]} />
          <YAxis type="category" dataKey="name" hide />
          <Tooltip
            cursor={false}
            shared={false}
            isAnimationActive={false}
            wrapperStyle={{ zIndex: 20 }}
            allowEscapeViewBox={{ x: false, y: true }}
            content={({ payload }) => (
              <PartTooltip part={parts[Number(String(payload?.[0]?.dataKey).slice(4))]} />
            )}
          />
          {parts.map((part, index) => (
            <Bar
              key={part.key}
              dataKey={`part${index}`}
              stackId="all"
              fill={part.color}
              stroke="var(--surface)"
              strokeWidth={1.5}
              radius={3}
              minPointSize={4}
              isAnimationActive={false}
              cursor={part.onSelect ? "pointer" : undefined}
              onClick={part.onSelect}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

function PartTooltip({ part }: { part: BarPart | undefined }) {
  const format = useFormatter();
  if (!part) return null;
  return (
    <div className="whitespace-nowrap rounded-md bg-primary px-2.5 py-1.5 text-[0.8125rem] text-on-primary shadow-float">
      {part.label} · <span className="tabular">{format.number(part.value)}</span>
    </div>
  );
}
