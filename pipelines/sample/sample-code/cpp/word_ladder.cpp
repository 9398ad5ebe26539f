// SPDX-License-Identifier: MIT
// The shortest ladder from one word to another, changing one letter at a time.
#include <iostream>
#include <queue>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

using Words = std::unordered_set<std::string>;

static std::vector<std::string> ladder(const std::string& from, const std::string& to, const Words& words) {
    std::unordered_map<std::string, std::string> came_from{{from, ""}};
    std::queue<std::string> todo;
    todo.push(from);
    while (!todo.empty()) {
        const std::string word = todo.front();
        todo.pop();
        if (word == to) {
            break;
        }
        std::string next = word;
        for (std::size_t place = 0; place < next.size(); ++place) {
            const char kept = next[place];
            for (char letter = 'a'; letter <= 'z'; ++letter) {
                next[place] = letter;
                if (words.count(next) != 0 && came_from.count(next) == 0) {
                    came_from.emplace(next, word);
                    todo.push(next);
                }
            }
            next[place] = kept;
        }
    }
    std::vector<std::string> steps;
    if (came_from.count(to) == 0) {
        return steps;
    }
    for (std::string word = to; !word.empty(); word = came_from.at(word)) {
        steps.insert(steps.begin(), word);
    }
    return steps;
}

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: word_ladder FROM TO < words\n";
        return 2;
    }
    const std::string from = argv[1];
    const std::string to = argv[2];
    Words words{from, to};
    for (std::string word; std::cin >> word;) {
        if (word.size() == from.size()) {
            words.insert(word);
        }
    }
    const auto steps = ladder(from, to, words);
    if (steps.empty()) {
        std::cerr << "there is no ladder from " << from << " to " << to << '\n';
        return 1;
    }
    for (const auto& step : steps) {
        std::cout << step << '\n';
    }
    return 0;
}
