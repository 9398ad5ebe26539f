// Solving small systems of equations by elimination with partial pivoting.
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <utility>
#include <vector>

class Matrix {
public:
    Matrix(std::size_t rows, std::size_t columns)
        : rows_(rows), columns_(columns), values_(rows * columns, 0.0) {}

    double& at(std::size_t row, std::size_t column) { return values_[row * columns_ + column]; }
    double at(std::size_t row, std::size_t column) const { return values_[row * columns_ + column]; }
    std::size_t rows() const { return rows_; }
    std::size_t columns() const { return columns_; }

    void swap_rows(std::size_t one, std::size_t other) {
        for (std::size_t column = 0; column < columns_; ++column) {
            std::swap(at(one, column), at(other, column));
        }
    }

private:
    std::size_t rows_;
    std::size_t columns_;
    std::vector<double> values_;
};

std::vector<double> solve(Matrix a, std::vector<double> b) {
    const std::size_t n = a.rows();
    if (a.columns() != n || b.size() != n) {
        throw std::invalid_argument("the system is not square");
    }
    for (std::size_t step = 0; step < n; ++step) {
        std::size_t pivot = step;
        for (std::size_t row = step + 1; row < n; ++row) {
            if (std::fabs(a.at(row, step)) > std::fabs(a.at(pivot, step))) {
                pivot = row;
            }
        }
        if (std::fabs(a.at(pivot, step)) < 1e-12) {
            throw std::domain_error("the system has no single solution");
        }
        a.swap_rows(step, pivot);
        std::swap(b[step], b[pivot]);
        for (std::size_t row = step + 1; row < n; ++row) {
            const double factor = a.at(row, step) / a.at(step, step);
            for (std::size_t column = step; column < n; ++column) {
                a.at(row, column) -= factor * a.at(step, column);
            }
            b[row] -= factor * b[step];
        }
    }
    std::vector<double> x(n);
    for (std::size_t row = n; row-- > 0;) {
        double rest = b[row];
        for (std::size_t column = row + 1; column < n; ++column) {
            rest -= a.at(row, column) * x[column];
        }
        x[row] = rest / a.at(row, row);
    }
    return x;
}

int main() {
    Matrix a(2, 2);
    a.at(0, 0) = 3;  // three apples and a pear cost 5.50
    a.at(0, 1) = 1;
    a.at(1, 0) = 1;  // an apple and two pears cost 3.50
    a.at(1, 1) = 2;
    const auto price = solve(a, {5.5, 3.5});
    std::cout << std::fixed << std::setprecision(2) << "apple " << price[0] << ", pear " << price[1] << '\n';
}
