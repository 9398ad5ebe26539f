// SPDX-License-Identifier: MIT
package sample.library;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who has which book, since when, and what does it cost them? */
public final class LendingDesk {

    private static final int FREE_DAYS = 28;
    private static final int CENTS_A_DAY = 10;

    public record Loan(String book, String reader, LocalDate since) {
        public LocalDate due() {
            return since.plusDays(FREE_DAYS);
        }
    }

    public static final class AlreadyLent extends RuntimeException {
        AlreadyLent(Loan loan) {
            super(loan.book() + " is with " + loan.reader() + " until " + loan.due());
        }
    }

    private final Map<String, Loan> loans = new HashMap<>();

    public Loan lend(String book, String reader, LocalDate today) {
        Loan current = loans.get(book);
        if (current != null) {
            throw new AlreadyLent(current);
        }
        Loan loan = new Loan(book, reader, today);
        loans.put(book, loan);
        return loan;
    }

    /** Takes a book back and returns the fee in cents; an unknown book costs nothing. */
    public int takeBack(String book, LocalDate today) {
        return Optional.ofNullable(loans.remove(book))
                .map(loan -> fee(loan, today))
                .orElse(0);
    }

    public List<Loan> overdue(LocalDate today) {
        List<Loan> late = new ArrayList<>();
        for (Loan loan : loans.values()) {
            if (loan.due().isBefore(today)) {
                late.add(loan);
            }
        }
        late.sort(Comparator.comparing(Loan::due).thenComparing(Loan::book));
        return late;
    }

    private static int fee(Loan loan, LocalDate today) {
        long daysLate = ChronoUnit.DAYS.between(loan.due(), today);
        return daysLate <= 0 ? 0 : Math.toIntExact(daysLate * CENTS_A_DAY);
    }

    public static void main(String[] args) {
        LendingDesk desk = new LendingDesk();
        LocalDate monday = LocalDate.of(2024, 1, 8);
        desk.lend("The Lighthouse", "Ines", monday);
        desk.lend("Knots", "Tomas", monday.plusDays(20));
        for (Loan loan : desk.overdue(monday.plusDays(30))) {
            System.out.println(loan.reader() + ", please bring back " + loan.book());
        }
        System.out.println(desk.takeBack("The Lighthouse", monday.plusDays(30)) + " cents");
    }
}
