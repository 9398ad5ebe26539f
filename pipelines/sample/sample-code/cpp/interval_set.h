// A set of half-open intervals that melts neighbours together.
#ifndef SAMPLE_INTERVAL_SET_H
#define SAMPLE_INTERVAL_SET_H

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace sample {

template <typename Number>
class IntervalSet {
public:
    using Interval = std::pair<Number, Number>;

    void insert(Number from, Number to) {
        if (!(from < to)) {
            throw std::invalid_argument("an interval must have a length");
        }
        auto it = ends_.upper_bound(from);
        if (it != ends_.begin() && std::prev(it)->second >= from) {
            --it;
            from = std::min(from, it->first);
        }
        while (it != ends_.end() && it->first <= to) {
            to = std::max(to, it->second);
            it = ends_.erase(it);
        }
        ends_.emplace(from, to);
    }

    [[nodiscard]] bool contains(const Number& point) const {
        return find(point).has_value();
    }

    [[nodiscard]] std::optional<Interval> find(const Number& point) const {
        auto it = ends_.upper_bound(point);
        if (it == ends_.begin()) {
            return std::nullopt;
        }
        --it;
        if (point < it->second) {
            return Interval{it->first, it->second};
        }
        return std::nullopt;
    }

    [[nodiscard]] Number covered() const {
        Number total{};
        for (const auto& [from, to] : ends_) {
            total += to - from;
        }
        return total;
    }

    [[nodiscard]] std::vector<Interval> intervals() const {
        return {ends_.begin(), ends_.end()};
    }

private:
    std::map<Number, Number> ends_;  // start -> end, never touching each other
};

}  // namespace sample

#endif  // SAMPLE_INTERVAL_SET_H
