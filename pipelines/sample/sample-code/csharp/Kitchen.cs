// SPDX-License-Identifier: MIT
using System;
using System.Collections.Generic;
using System.Linq;

namespace Sample.Kitchen
{
    /// <summary>An amount of something, in grams, millilitres or pieces.</summary>
    public readonly record struct Amount(decimal Quantity, string Unit)
    {
        public Amount Times(decimal factor) => this with { Quantity = Quantity * factor };

        public override string ToString() => $"{Math.Round(Quantity, 1)} {Unit}";
    }

    public sealed class Recipe
    {
        private readonly Dictionary<string, Amount> _ingredients = new();

        public Recipe(string name, int serves)
        {
            if (serves < 1)
            {
                throw new ArgumentOutOfRangeException(nameof(serves), "a recipe must feed somebody");
            }
            Name = name;
            Serves = serves;
        }

        public string Name { get; }

        public int Serves { get; }

        public IReadOnlyDictionary<string, Amount> Ingredients => _ingredients;

        public Recipe With(string ingredient, decimal quantity, string unit)
        {
            _ingredients[ingredient] = new Amount(quantity, unit);
            return this;
        }

        public Recipe For(int guests)
        {
            var factor = (decimal)guests / Serves;
            var scaled = new Recipe(Name, guests);
            foreach (var (ingredient, amount) in _ingredients)
            {
                scaled._ingredients[ingredient] = amount.Times(factor);
            }
            return scaled;
        }
    }

    public static class ShoppingList
    {
        /// <summary>Adds up several recipes; amounts in different units stay apart.</summary>
        public static IEnumerable<string> From(params Recipe[] recipes)
        {
            return recipes
                .SelectMany(recipe => recipe.Ingredients)
                .GroupBy(entry => (entry.Key, entry.Value.Unit))
                .OrderBy(group => group.Key.Key, StringComparer.Ordinal)
                .Select(group => $"{group.Key.Key}: {new Amount(group.Sum(e => e.Value.Quantity), group.Key.Unit)}");
        }
    }

    public static class Program
    {
        public static void Main()
        {
            var soup = new Recipe("Leek soup", 4).With("leek", 600, "g").With("potato", 300, "g").With("cream", 100, "ml");
            var mash = new Recipe("Mash", 2).With("potato", 500, "g").With("milk", 120, "ml");
            foreach (var line in ShoppingList.From(soup.For(6), mash.For(6)))
            {
                Console.WriteLine(line);
            }
        }
    }
}
