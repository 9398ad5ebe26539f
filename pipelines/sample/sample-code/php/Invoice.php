<?php
// SPDX-License-Identifier: MIT

declare(strict_types=1);

namespace Sample\Shop;

use InvalidArgumentException;

/** Money is counted in the smallest coin, never in floats. */
final class Money
{
    public function __construct(public readonly int $cents)
    {
    }

    public function plus(Money $other): self
    {
        return new self($this->cents + $other->cents);
    }

    public function percent(int $rate): self
    {
        return new self(intdiv($this->cents * $rate + 50, 100));
    }

    public function __toString(): string
    {
        return sprintf('%d.%02d', intdiv($this->cents, 100), $this->cents % 100);
    }
}

final class Invoice
{
    /** @var array<int, array{string, int, Money}> */
    private array $lines = [];

    public function __construct(private readonly int $taxRate)
    {
        if ($taxRate < 0 || $taxRate > 100) {
            throw new InvalidArgumentException("A tax rate of {$taxRate} % is not possible.");
        }
    }

    public function add(string $what, int $count, Money $each): void
    {
        if ($count < 1) {
            throw new InvalidArgumentException('Nothing was bought.');
        }
        $this->lines[] = [$what, $count, $each];
    }

    public function net(): Money
    {
        return array_reduce(
            $this->lines,
            fn (Money $sum, array $line): Money => $sum->plus(new Money($line[1] * $line[2]->cents)),
            new Money(0),
        );
    }

    public function total(): Money
    {
        $net = $this->net();

        return $net->plus($net->percent($this->taxRate));
    }

    public function print(): void
    {
        foreach ($this->lines as [$what, $count, $each]) {
            printf("%-20s %3d x %8s\n", $what, $count, $each);
        }
        printf("%-20s %14s\n", 'Total', $this->total());
    }
}

$invoice = new Invoice(19);
$invoice->add('Paper kites', 3, new Money(450));
$invoice->add('String, 50 m', 3, new Money(199));
$invoice->print();
