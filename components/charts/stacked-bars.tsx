"use client";

import { useFormatter } from "next-intl";
import { Bar, BarChart, Cell, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

export type BarPart = { key: string; label: string; value: number; color: string; href?: string };
export type BarRow = { key: string; label: string; parts: BarPart[] };

type Datum = { row: BarRow; label: string } & Record<`part${number}`, number>;

const barHeight = 22;
const rowHeight = 40;

/**
 * Horizontal stacked bars, each as long as its share of the longest. The chart is for the eye and
 * the pointer; whoever renders it also says the same in text, with links for the keyboard.
 */
export function StackedBars(props: {
  rows: BarRow[];
  labelWidth?: number;
  onSelect?: (part: BarPart) => void;
}) {
  const most = Math.max(0, ...props.rows.map(({ parts }) => parts.length));
  const data = props.rows.map(toDatum);
  return (
    <div aria-hidden="true" style={{ height: props.rows.length * rowHeight + 4 }}>
      <ResponsiveContainer
        width="100%"
        height="100%"
        initialDimension={{ width: 600, height: 100 }}
      >
        <BarChart
          layout="vertical"
          data={data}
          barSize={barHeight}
          margin={{ top: 0, right: 0, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <XAxis type="number" hide domain={[0, "dataMax"]} />
          <YAxis
            type="category"
            dataKey="label"
            width={props.labelWidth ?? 120}
            axisLine={false}
            tickLine={false}
            interval={0}
            tick={{ fill: "var(--ink)", fontSize: 13 }}
          />
          <Tooltip
            cursor={false}
            shared={false}
            isAnimationActive={false}
            content={({ payload }) => <PartTooltip payload={payload} />}
          />
          {Array.from({ length: most }, (_, index) => (
            <Bar
              // biome-ignore lint/suspicious/noArrayIndexKey: the n-th part of each row
              key={index}
              dataKey={`part${index}`}
              stackId="all"
              isAnimationActive={false}
              stroke="var(--surface)"
              strokeWidth={1.5}
            >
              {data.map(({ row }) => {
                const part = row.parts[index];
                return (
                  <Cell
                    key={row.key}
                    fill={part?.color ?? "transparent"}
                    cursor={part?.href && props.onSelect ? "pointer" : undefined}
                    onClick={() => part && props.onSelect?.(part)}
                  />
                );
              })}
            </Bar>
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

function toDatum(row: BarRow): Datum {
  const values = Object.fromEntries(row.parts.map(({ value }, index) => [`part${index}`, value]));
  return { ...values, row, label: row.label } as Datum;
}

function PartTooltip({
  payload,
}: {
  payload?: readonly { dataKey?: unknown; payload?: unknown }[];
}) {
  const format = useFormatter();
  const hovered = payload?.[0];
  const datum = hovered?.payload as Datum | undefined;
  const part = datum?.row.parts[Number(String(hovered?.dataKey).slice("part".length))];
  if (!datum || !part) return null;
  return (
    <div className="rounded-md bg-primary px-2.5 py-1.5 text-[0.8125rem] text-on-primary shadow-float">
      {datum.label} · {part.label} · <span className="tabular">{format.number(part.value)}</span>
    </div>
  );
}
