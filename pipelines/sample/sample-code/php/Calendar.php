<?php

declare(strict_types=1);

namespace Sample\Calendar;

use DateInterval;
use DateTimeImmutable;
use Generator;

/** The days on which the waste is collected, holidays taken into account. */
final class Collection
{
    /** @param list<string> $holidays days as "2024-05-01" on which nobody works */
    public function __construct(
        private readonly DateTimeImmutable $first,
        private readonly int $everyDays,
        private readonly array $holidays = [],
    ) {
    }

    /** @return Generator<DateTimeImmutable> */
    public function until(DateTimeImmutable $end): Generator
    {
        $step = new DateInterval("P{$this->everyDays}D");
        for ($day = $this->first; $day <= $end; $day = $day->add($step)) {
            yield $this->moved($day);
        }
    }

    /** A collection that falls on a holiday happens on the next working day. */
    private function moved(DateTimeImmutable $day): DateTimeImmutable
    {
        while (in_array($day->format('Y-m-d'), $this->holidays, true) || $day->format('N') === '7') {
            $day = $day->modify('+1 day');
        }

        return $day;
    }
}

$paper = new Collection(new DateTimeImmutable('2024-04-17'), 14, ['2024-05-01']);
foreach ($paper->until(new DateTimeImmutable('2024-07-01')) as $day) {
    echo $day->format('l j F'), PHP_EOL;
}
